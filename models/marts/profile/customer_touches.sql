{{ config(materialized='by_customer') }}
{{ follows('record_fingerprints') }}
with

int_records as (

    select * from {{ ref('int_records') }}

),

record_customers as (

    select * from {{ source('identity', 'record_customers') }}
    where {{ is_changed('customer_id') }}

),

touches as (

    select customer_id, occurred_at, event_id, source, channel, event_name, true as is_act
    from {{ ref('customer_timeline') }}
    where is_by_customer and occurred_at <= {{ run_at() }} and {{ is_changed('customer_id') }}

    union all

    select record_customers.customer_id, int_records.source_created_at, int_records.record_id, int_records.source, int_records.source, int_records.entity, false
    from int_records
    inner join record_customers on int_records.record_id = record_customers.record_id
    where int_records.source_created_at <= {{ run_at() }}

),

{# Time first, then id: sorted as text this is the order of things, and no two are equal. -#}
{% set moment = "cast(occurred_at as string) || ' ' || event_id" -%}

summed as (

    select
        customer_id,
        min(occurred_at) as first_touch_at,
        min_by(source, {{ moment }}) as first_touch_source,
        min_by(coalesce(channel, source), {{ moment }}) as first_touch_channel,
        max(occurred_at) filter (where is_act) as last_touch_at,
        max_by(coalesce(channel, source), {{ moment }}) filter (where is_act) as last_touch_channel,
        max_by(event_name, {{ moment }}) filter (where is_act) as last_touch_event

    from touches
    group by customer_id

)

select * from summed
