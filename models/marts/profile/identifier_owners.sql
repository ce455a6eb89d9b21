with

int_identifiers as (

    select * from {{ ref('int_identifiers') }}

),

record_customers as (

    select * from {{ source('identity', 'record_customers') }}

),

-- Whose a phone is, nothing asks but a suppression.
asked as (

    select subject_type as identifier_type from {{ ref('int_events') }}
    union
    select 'user_id' as identifier_type

),

owned as (

    select
        int_identifiers.identifier_type,
        int_identifiers.value,
        min(record_customers.customer_id) as customer_id

    from int_identifiers
    inner join record_customers on int_identifiers.record_id = record_customers.record_id
    where int_identifiers.is_valid and not int_identifiers.is_junk
        and (
            int_identifiers.identifier_type in (select identifier_type from asked)
            or (int_identifiers.identifier_type, int_identifiers.value) in (select identifier_type, value from {{ ref('int_suppressions') }})
        )
    group by int_identifiers.value, int_identifiers.identifier_type
    having min(record_customers.customer_id) = max(record_customers.customer_id)

)

select * from owned
