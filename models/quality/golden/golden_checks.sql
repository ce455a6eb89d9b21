{% set address_parts = ['street', 'locality', 'region', 'postal_code'] -%}

with

golden_values as (

    select golden_values.*, true_customers.person_id
    from {{ ref('golden_values') }} as golden_values
    inner join {{ ref('true_customers') }} as true_customers on golden_values.customer_id = true_customers.customer_id

),

true_attributes as (

    select * from {{ ref('true_attributes') }}

),

said as (

    select customer_id, attribute, value from {{ ref('attribute_candidates') }}
    {% for part in address_parts -%}
    union all
    select record_customers.customer_id, '{{ part }}', int_records.{{ part }}
    from {{ ref('int_records') }} as int_records
    inner join {{ source('identity', 'record_customers') }} as record_customers on int_records.record_id = record_customers.record_id
    {% endfor %}

),

findable as (

    select distinct said.customer_id, said.attribute
    from said
    inner join {{ ref('true_customers') }} as true_customers on said.customer_id = true_customers.customer_id
    inner join true_attributes
        on true_customers.person_id = true_attributes.person_id and said.attribute = true_attributes.attribute and said.value = true_attributes.value
    where true_attributes.until is null

),

forms as (

    select distinct variant_key, canonical_key from {{ ref('int_name_variants') }}

),

compared as (

    select
        golden_values.customer_id,
        golden_values.attribute,
        golden_values.value,
        golden_values.rule,
        golden_values.source,
        bool_or(true_attributes.until is null and true_attributes.value = golden_values.value) as is_right,
        bool_or(golden_values.attribute = 'birth_date' and length(golden_values.value) < 10 and true_attributes.value like '%' || ltrim(golden_values.value, '-') || '%') as is_partly_right,
        bool_or(true_attributes.until is not null and true_attributes.value = golden_values.value) as is_former,
        bool_or(true_attributes.until is null and {{ name_key('true_attributes.value') }} = {{ name_key('golden_values.value') }}) as is_spelled_otherwise,
        bool_or(forms.variant_key is not null) as is_familiar_form

    from golden_values
    inner join true_attributes on golden_values.person_id = true_attributes.person_id and golden_values.attribute = true_attributes.attribute
    left join forms
        on golden_values.attribute = 'given_name'
        and {{ name_key('golden_values.value') }} = forms.variant_key and {{ name_key('true_attributes.value') }} = forms.canonical_key
    group by golden_values.customer_id, golden_values.attribute, golden_values.value, golden_values.rule, golden_values.source

)

select
    compared.customer_id,
    compared.attribute,
    compared.rule,
    compared.source,
    case
        when is_right then 'right'
        when is_partly_right then 'right as far as known'
        when is_former then 'no longer true'
        when is_spelled_otherwise then 'spelled otherwise'
        when is_familiar_form then 'familiar form'
        else 'wrong'
    end as verdict,
    is_right or is_partly_right as is_right,
    findable.customer_id is not null or is_partly_right as is_findable
from compared
left join findable on compared.customer_id = findable.customer_id and compared.attribute = findable.attribute
