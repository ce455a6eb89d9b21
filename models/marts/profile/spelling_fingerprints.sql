{{ config(materialized='fingerprints') }}

with

record_customers as (

    select * from {{ source('identity', 'record_customers') }}

),

latin_spellings as (

    select * from {{ ref('latin_spellings') }}

),

hashed as (

    select customer_id, {{ row_hash(ref('value_commonness'), 'commonness') }} as row_hash
    from {{ ref('value_commonness') }} as commonness

    union all

    select candidates.customer_id, {{ row_hash(ref('latin_spellings'), 'latin') }} as row_hash
    from {{ ref('attribute_candidates') }} as candidates
    inner join latin_spellings as latin on candidates.attribute = latin.attribute and candidates.value = latin.value

    {% for part in ['locality', 'region'] -%}
    union all

    select record_customers.customer_id, {{ row_hash(ref('latin_spellings'), 'latin') }} as row_hash
    from {{ ref('int_records') }} as int_records
    inner join latin_spellings as latin on latin.attribute = '{{ part }}' and int_records.{{ part }} = latin.value
    inner join record_customers on int_records.record_id = record_customers.record_id

    {% endfor -%}

)

select customer_id, sum(row_hash) as fingerprint
from hashed
group by customer_id
