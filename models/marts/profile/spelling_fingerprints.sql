{{ config(materialized='fingerprints') }}

with

hashed as (

    select customer_id, {{ row_hash(ref('value_commonness'), 'commonness') }} as row_hash
    from {{ ref('value_commonness') }} as commonness

    union all

    select customer_values.customer_id, {{ row_hash(ref('latin_spellings'), 'latin') }} as row_hash
    from {{ ref('customer_values') }} as customer_values
    inner join {{ ref('latin_spellings') }} as latin on customer_values.attribute = latin.attribute and customer_values.value = latin.value

)

select customer_id, sum(row_hash) as fingerprint
from hashed
group by customer_id
