{{ config(materialized='fingerprints') }}

with

hashed as (

    select record_id, {{ row_hash(ref('int_records'), 'int_records') }} as row_hash
    from {{ ref('int_records') }} as int_records

    union all

    select record_id, {{ row_hash(ref('int_identifiers'), 'int_identifiers', leave_out=['holder_count']) }} as row_hash
    from {{ ref('int_identifiers') }} as int_identifiers

),

-- Summed before it is asked whose they are, which then is asked once per record.
records as (

    select record_id, sum(row_hash) as row_hash
    from hashed
    group by record_id

)

select record_customers.customer_id, sum(records.row_hash) as fingerprint
from records
inner join {{ source('identity', 'record_customers') }} as record_customers on records.record_id = record_customers.record_id
group by record_customers.customer_id
