{{ config(materialized='incremental', incremental_strategy='append') }} -- reading a number is dear, so each is read once in the warehouse's life

with

spellings as (

    select raw_value, coalesce(phone_region, '') as phone_region
    from {{ ref('int_source_identifiers') }} where identifier_type = 'phone'
    union
    select raw_value, coalesce({{ region_of_source('source') }}, '')
    from ({{ union_sources('consent_events', consent_event_columns()) }}) as consent_events where identifier_type = 'phone'
    union
    select raw_value, coalesce({{ region_of_source('source') }}, '')
    from ({{ union_sources('suppressions', suppression_columns()) }}) as suppressions where identifier_type = 'phone'

),

unread as (

    select spellings.raw_value, spellings.phone_region from spellings
    {%- if is_incremental() %}
    anti join {{ this }} as known on spellings.raw_value = known.raw_value and spellings.phone_region = known.phone_region
    {%- endif %}
    where spellings.raw_value is not null

),

read as (

    select raw_value, phone_region, parse_phone(raw_value, {{ regions_to_try('phone_region') }}) as reading from unread

)

select raw_value, phone_region, reading.value as value, reading.extension as extension, reading.problem as problem
from read
