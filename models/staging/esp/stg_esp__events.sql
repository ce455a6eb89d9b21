-- A view: `int_events` writes these rows out, and writing them twice would cost as much again.
{{ config(materialized='view') }}

select
    event_id,
    'esp' as source,
    event_name,
    occurred_at,
    'email' as subject_type,
    email as subject_value,
    'email' as channel,
    campaign,
    message_id,
    url,
    {{ empty_columns(event_columns(), ['record_id', 'user_id', 'amount', 'currency']) }},
    properties,
    _file_id,
    _line,
    _load_id
from {{ ref('stg_esp__classified_events') }}
