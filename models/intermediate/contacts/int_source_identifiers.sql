{{ config(materialized='view') }} -- a plain union; a copy would cost more than it saves

{{ union_sources('identifiers', identifier_columns()) }}
