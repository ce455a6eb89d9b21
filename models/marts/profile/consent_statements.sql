{{ config(materialized='view') }} -- each reader asks for a few columns or a few people, and a copy of all would cost more than it saves
{{ consent_statements(ref('int_consent_events')) }}
