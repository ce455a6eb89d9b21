{{ config(materialized='view') }} -- read once by the names and once by int_records; a copy would cost more than it saves

{{ union_sources('records', record_columns()) }}
