{{ config(materialized='fingerprints') }}
{# The segments that the var names, with all that they say: a row of each for every customer. Numbers are summed faster than by texts; two
   customers of one hash have one sum, and are both looked at when one of them changes. -#}

with

hashed as (

    {% for segment in var('segments') -%}
    select hash(customer_id) as customer_hash, {{ row_hash(ref(segment), segment, also=["'" ~ segment ~ "'"]) }} as row_hash
    from {{ ref(segment) }} as {{ segment }}
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor %}
),

summed as (

    select customer_hash, sum(row_hash) as fingerprint
    from hashed
    group by customer_hash

)

select customers.customer_id, summed.fingerprint
from {{ ref('customers') }} as customers
inner join summed on hash(customers.customer_id) = summed.customer_hash
