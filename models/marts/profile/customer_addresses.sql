with

golden as (

    select * from {{ ref('customer_attributes') }}
    where is_golden and attribute = 'address'

),

int_records as (

    select * from {{ ref('int_records') }}

),

alphabets as (

    select * from {{ ref('customer_alphabets') }}

),

cyrillic_spellings as (

    select * from {{ ref('cyrillic_spellings') }}

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
        case when alphabets.is_cyrillic then {{ name_key('int_records.locality') }} end as locality_spelling_key,
        case when alphabets.is_cyrillic then {{ name_key('int_records.region') }} end as region_spelling_key

    from golden
    inner join int_records on golden.record_id = int_records.record_id
    left join alphabets on golden.customer_id = alphabets.customer_id

)

select
    places.customer_id,
    places.record_id,
    places.street,
    {% for part in ['locality', 'region'] -%}
    case when {{ matches('lower(places.' ~ part ~ ')', '.*[а-яё].*') }} then places.{{ part }} else coalesce({{ part }}_spellings.value, places.{{ part }}) end as {{ part }},
    {% endfor -%}
    places.postal_code,
    places.country_code
from places
{% for part in ['locality', 'region'] -%}
left join cyrillic_spellings as {{ part }}_spellings
    on {{ part }}_spellings.attribute = '{{ part }}' and places.{{ part }}_spelling_key = {{ part }}_spellings.spelling_key
{% endfor %}
