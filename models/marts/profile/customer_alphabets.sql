{{ config(materialized='by_customer') }}
{{ follows('record_fingerprints') }}
with

int_records as (

    select * from {{ ref('int_records') }}

),

record_customers as (

    select * from {{ source('identity', 'record_customers') }}
    where {{ is_changed('customer_id') }}

),

told as (

    select
        record_customers.customer_id,
        bool_or(
            int_records.country_code in ('{{ var("cyrillic_countries") | join("', '") }}')
            or int_records.language in ('{{ var("cyrillic_languages") | join("', '") }}')
        ) as is_of_cyrillic_place,
        bool_or({{ matches("lower(concat_ws(' ', int_records.given_name, int_records.family_name))", '.*[а-яё].*') }}) as is_written_in_cyrillic

    from int_records
    inner join record_customers on int_records.record_id = record_customers.record_id
    group by record_customers.customer_id

)

select
    customer_id,
    coalesce(is_of_cyrillic_place, is_written_in_cyrillic, false) as is_cyrillic
from told
