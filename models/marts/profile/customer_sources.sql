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

summed as (

    select
        record_customers.customer_id,
        count(*) as record_count,
        count(distinct int_records.source) as source_count,
        {{ text_list('int_records.source') }} as sources,
        min(int_records.source_created_at) as first_created_at,
        min(int_records.source_updated_at) as first_updated_at,
        max(int_records.source_updated_at) as last_seen_at

    from int_records
    inner join record_customers on int_records.record_id = record_customers.record_id
    group by record_customers.customer_id

)

select
    customer_id,
    record_count,
    source_count,
    sources,
    least(coalesce(first_created_at, first_updated_at), first_updated_at) as first_seen_at,
    last_seen_at
from summed
