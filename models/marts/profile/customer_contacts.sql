{{ config(materialized='by_customer') }}
{{ follows('record_fingerprints') }}
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

homes as (

    select
        record_customers.customer_id,
        'address' as contact_type,
        int_records.street_key || '|' || int_records.locality_key || '|' || {{ family_stem('int_records.family_name_key') }} as value

    from int_records
    inner join record_customers on int_records.record_id = record_customers.record_id

),

contacts as (

    select
        record_customers.customer_id,
        int_identifiers.identifier_type as contact_type,
        int_identifiers.value

    from int_identifiers
    inner join record_customers on int_identifiers.record_id = record_customers.record_id
    where int_identifiers.identifier_type in ('email', 'phone') and int_identifiers.is_valid and not int_identifiers.is_junk

)

select customer_id, contact_type, value from homes where value is not null
union
select customer_id, contact_type, value from contacts where value is not null
