{{ config(materialized='by_customer') }}
{{ follows('record_fingerprints') }}
{% set name_parts = ['given_name', 'additional_name', 'family_name'] -%}

with

int_records as (

    select * from {{ ref('int_records') }}

),

int_identifiers as (

    select * from {{ ref('int_identifiers') }}

),

record_customers as (

    select * from {{ source('identity', 'record_customers') }}
    where {{ is_changed('customer_id') }}

),

records as (

    select
        int_records.*,
        record_customers.customer_id,
        concat_ws(', ', street, locality, region, postal_code) as address,
        coalesce(street_key, '') || '|' || coalesce(locality_key, '') as address_key,
        case
            when birth_date is not null then cast(birth_date as string)
            when birth_month is not null and birth_day is not null
                then '--' || lpad(cast(birth_month as string), 2, '0') || '-' || lpad(cast(birth_day as string), 2, '0')
            else cast(birth_year as string)
        end as birth_text,
        case when street is null then 0 else 1 end + case when locality is null then 0 else 1 end as address_parts,
        case when birth_year is null then 0 else 1 end + case when birth_day is null then 0 else 2 end as birth_parts

    from int_records
    inner join record_customers on int_records.record_id = record_customers.record_id

),

candidates as (

    {% for attribute, value, key, parts in [
        ('given_name', 'given_name', 'given_name_key', '1'), ('additional_name', 'additional_name', 'additional_name_key', '1'),
        ('family_name', 'family_name', 'family_name_key', '1'), ('address', 'address', 'address_key', 'address_parts'),
        ('birth_date', 'birth_text', 'birth_text', 'birth_parts'), ('gender', 'gender', 'gender', '1'), ('country_code', 'country_code', 'country_code', '1'),
        ('language', 'language', 'language', '1'), ('company', 'company', 'lower(company)', '1'), ('job_title', 'job_title', 'lower(job_title)', '1'),
        ('lifecycle_stage', 'lifecycle_stage', 'lower(lifecycle_stage)', '1'),
    ] -%}
    select customer_id, record_id, source, '{{ attribute }}' as attribute, {{ value }} as value, coalesce({{ key }}, lower({{ value }})) as value_key,
        {{ 'given_name_key' if attribute in name_parts else 'cast(null as string)' }} as person_key, {{ parts }} as parts,
        false as is_verified, coalesce(is_deleted, false) as is_deleted, source_created_at as created_at, source_updated_at as observed_at
    from records
    where {{ value }} <> ''

    union all

    {% endfor -%}
    select records.customer_id, records.record_id, records.source, int_identifiers.identifier_type as attribute, int_identifiers.value,
        -- Mail to a tagged address comes to the same box.
        regexp_replace(int_identifiers.value, '^([^+]+)[+][^@]*@', '\1@') as value_key,
        cast(null as string) as person_key, 1 as parts,
        bool_or(coalesce(int_identifiers.is_verified, false)) as is_verified, coalesce(records.is_deleted, false) as is_deleted,
        records.source_created_at as created_at, records.source_updated_at as observed_at
    from int_identifiers
    inner join records on int_identifiers.record_id = records.record_id
    where int_identifiers.identifier_type in ('email', 'phone')
        and int_identifiers.is_valid and not int_identifiers.is_junk and not int_identifiers.is_shared
    group by records.customer_id, records.record_id, records.source, int_identifiers.identifier_type, int_identifiers.value, records.is_deleted,
        records.source_created_at, records.source_updated_at

)

select * from candidates
