{{ config(materialized='fingerprints') }}

with

record_customers as (

    select * from {{ source('identity', 'record_customers') }}

),

hashed as (

    select
        record_customers.customer_id,
        {{ row_hash(ref('int_records'), 'int_records') }} as row_hash

    from {{ ref('int_records') }} as int_records
    inner join record_customers on int_records.record_id = record_customers.record_id

    union all

    select
        record_customers.customer_id,
        {{ row_hash(ref('int_identifiers'), 'int_identifiers', leave_out=['holder_count']) }} as row_hash

    from {{ ref('int_identifiers') }} as int_identifiers
    inner join record_customers on int_identifiers.record_id = record_customers.record_id

)

select customer_id, sum(row_hash) as fingerprint
from hashed
group by customer_id
