{{ config(materialized='by_customer') }}
with

golden as (

    select * from {{ ref('customer_attributes') }}
    where is_golden and attribute = 'address' and {{ is_changed('customer_id') }}

),

int_records as (

    select * from {{ ref('int_records') }}

),

alphabets as (

    select * from {{ ref('customer_alphabets') }}

),

latin_spellings as (

    select * from {{ ref('latin_spellings') }}

),

places as (

    select
        golden.customer_id,
        golden.record_id,
        int_records.street,
        int_records.locality,
        int_records.region,
        int_records.postal_code,
        int_records.country_code,
        alphabets.is_cyrillic

    from golden
    inner join int_records on golden.record_id = int_records.record_id
    left join alphabets on golden.customer_id = alphabets.customer_id

)

select
    places.customer_id,
    places.record_id,
    places.street,
    {% for part in ['locality', 'region'] -%}
    case when places.is_cyrillic then coalesce({{ part }}_spellings.cyrillic_value, places.{{ part }}) else places.{{ part }} end as {{ part }},
    {% endfor -%}
    places.postal_code,
    places.country_code
from places
{% for part in ['locality', 'region'] -%}
left join latin_spellings as {{ part }}_spellings
    on {{ part }}_spellings.attribute = '{{ part }}' and places.{{ part }} = {{ part }}_spellings.value
{% endfor %}
