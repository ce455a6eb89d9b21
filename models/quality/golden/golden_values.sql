{% set shown = {
    'given_name': 'given_name', 'additional_name': 'additional_name', 'family_name': 'family_name', 'gender': 'gender',
    'email': 'email', 'phone': 'phone', 'street': 'address', 'locality': 'address', 'region': 'address', 'postal_code': 'address',
    'country_code': 'address', 'language': 'language', 'company': 'company', 'job_title': 'job_title',
} -%}

with

customers as (

    select * from {{ ref('customers') }}

),

decisions as (

    select * from {{ ref('customer_attributes') }}
    where is_golden

),

listed as (

    {% for attribute, decided_as in shown.items() -%}
    select customer_id, '{{ attribute }}' as attribute, '{{ decided_as }}' as decided_as, {{ attribute }} as value from customers
    where {{ attribute }} is not null
    union all
    {% endfor -%}
    select customer_id, attribute, attribute, value from decisions where attribute = 'birth_date'

)

select
    listed.customer_id,
    listed.attribute,
    listed.value,
    coalesce(decisions.rule, 'only_value') as rule,
    decisions.source,
    decisions.record_id
from listed
left join decisions on listed.customer_id = decisions.customer_id and listed.decided_as = decisions.attribute
