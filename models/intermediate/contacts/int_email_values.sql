{{ config(materialized='incremental', incremental_strategy='append') }} -- reading an address is dear, so each is read once in the warehouse's life

with

spellings as (

    select raw_value from {{ ref('int_source_identifiers') }} where identifier_type = 'email'
    union
    select raw_value from ({{ union_sources('consent_events', consent_event_columns()) }}) as consent_events where identifier_type = 'email'
    union
    select raw_value from ({{ union_sources('suppressions', suppression_columns()) }}) as suppressions where identifier_type = 'email'
    union
    select subject_value from ({{ union_sources('events', event_columns()) }}) as events where subject_type = 'email'

),

unread as (

    select raw_value from spellings
    where raw_value is not null
    {%- if is_incremental() %} and raw_value not in (select raw_value from {{ this }}){% endif %}

),

read as (

    select raw_value, parse_email(raw_value) as reading from unread

)

select raw_value, reading.value as value, reading.mailbox as mailbox, reading.problem as problem
from read
