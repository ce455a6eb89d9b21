with

written as (

    select attribute, value, customer_id from {{ ref('attribute_candidates') }}
    where attribute in ('given_name', 'additional_name', 'family_name')

    {% for part in ['locality', 'region'] -%}
    union all
    select '{{ part }}', int_records.{{ part }}, record_customers.customer_id
    from {{ ref('int_records') }} as int_records
    inner join {{ source('identity', 'record_customers') }} as record_customers on int_records.record_id = record_customers.record_id
    {% endfor %}
    union all
    select 'given_name', given_name, cast(null as string) from {{ ref('given_names') }}

),

spellings as (

    select
        attribute,
        value,
        count(distinct customer_id) as customer_count,
        count(*) - count(customer_id) as formal_count

    from written
    where {{ matches('lower(value)', '.*[а-яё].*') }}
    group by attribute, value

),

keyed as (

    select *, {{ name_key('value') }} as spelling_key from spellings

),

ranked as (

    select
        attribute,
        spelling_key,
        value,
        customer_count,
        row_number() over (partition by attribute, spelling_key order by formal_count desc, customer_count desc, value) as place

    from keyed

)

select attribute, spelling_key, value, customer_count
from ranked
where place = 1
