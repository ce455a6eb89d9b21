{{ config(materialized='fingerprints') }}
{# The segments that the var names, with all that they say. -#}

with

hashed as (

    {% for segment in var('segments') -%}
    select customer_id, {{ row_hash(ref(segment), segment, also=["'" ~ segment ~ "'"]) }} as row_hash
    from {{ ref(segment) }} as {{ segment }}
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor %}
)

select customer_id, sum(row_hash) as fingerprint
from hashed
group by customer_id
