{{ config(materialized='by_customer') }}
{{ follows('record_fingerprints') }}
with

record_customers as (

    select * from {{ source('identity', 'record_customers') }}
    where {{ is_changed('customer_id') }}

),

written as (

    select customer_id, attribute, value
    from {{ ref('attribute_candidates') }}
    where attribute in ('given_name', 'additional_name', 'family_name', 'email', 'phone') and {{ is_changed('customer_id') }}

    {% for part in ['locality', 'region'] -%}
    union all

    select record_customers.customer_id, '{{ part }}' as attribute, int_records.{{ part }} as value
    from {{ ref('int_records') }} as int_records
    inner join record_customers on int_records.record_id = record_customers.record_id
    where int_records.{{ part }} is not null

    {% endfor -%}

),

known as (

    select distinct customer_id, attribute, value from written

)

select
    customer_id,
    attribute,
    value,
    count(*) over (partition by customer_id, attribute) > 1 as is_one_of_several
from known
