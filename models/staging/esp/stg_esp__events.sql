-- A view: `int_events` writes these rows out, and writing them twice would cost as much again.
{{ config(materialized='view') }}

select
    event_id,
    'esp' as source,
    event_name,
    occurred_at,
    cast(null as varchar) as record_id,
    'email' as subject_type,
    email as subject_value,
    cast(null as varchar) as user_id,
    'email' as channel,
    campaign,
    message_id,
    url,
    cast(null as decimal(18, 2)) as amount,
    cast(null as varchar) as currency,
    properties,
    _file_id,
    _line,
    _load_id
from {{ ref('stg_esp__classified_events') }}
