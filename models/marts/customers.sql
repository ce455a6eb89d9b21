{{ config(materialized='by_customer') }}
with

golden as (

    select
        customer_id,
        max(case when attribute = 'birth_date' then record_id end) as birth_date_record_id,
        {%- for attribute in ['given_name', 'additional_name', 'family_name', 'email', 'phone', 'gender', 'country_code', 'language', 'company', 'job_title', 'lifecycle_stage'] %}
        max(case when attribute = '{{ attribute }}' then value end) as {{ attribute }}{{ ',' if not loop.last }}
        {%- endfor %}

    from {{ ref('customer_attributes') }}
    where is_golden and {{ is_changed('customer_id') }}
    group by customer_id

),

customer_sources as (

    select * from {{ ref('customer_sources') }}
    where {{ is_changed('customer_id') }}

),

addresses as (

    select * from {{ ref('customer_addresses') }}
    where {{ is_changed('customer_id') }}

),

int_records as (

    select * from {{ ref('int_records') }}

),

customers as (

    select

        ---------- ids
        customer_sources.customer_id,

        ---------- strings
        golden.given_name,
        golden.additional_name,
        golden.family_name,
        nullif(concat_ws(' ', golden.given_name, golden.additional_name, golden.family_name), '') as full_name,
        golden.gender,
        golden.email,
        golden.phone,
        addresses.street,
        addresses.locality,
        addresses.region,
        addresses.postal_code,
        coalesce(addresses.country_code, golden.country_code) as country_code,
        cast(null as string) as time_zone,
        golden.language,
        golden.company,
        golden.job_title,
        golden.lifecycle_stage,
        customer_sources.sources,

        ---------- numerics
        cast(births.birth_year as integer) as birth_year,
        cast(births.birth_month as integer) as birth_month,
        cast(births.birth_day as integer) as birth_day,
        customer_sources.record_count,
        customer_sources.source_count,

        ---------- dates and timestamps
        births.birth_date,
        customer_sources.first_seen_at,
        customer_sources.last_seen_at

    from customer_sources
    left join golden on customer_sources.customer_id = golden.customer_id
    left join addresses on customer_sources.customer_id = addresses.customer_id
    left join int_records as births on golden.birth_date_record_id = births.record_id

)

select * from customers
