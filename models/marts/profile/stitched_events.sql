with

int_events as (

    select * from {{ ref('int_events') }}

),

record_customers as (

    select * from {{ source('identity', 'record_customers') }}

),

owners as (

    select * from {{ ref('identifier_owners') }}

),

accounts as (

    select * from owners
    where identifier_type = 'user_id'

),

stitched as (

    select
        int_events.*,
        coalesce(record_customers.customer_id, accounts.customer_id, owners.customer_id) as customer_id,
        case
            when record_customers.customer_id is not null then 'record'
            when accounts.customer_id is not null then 'user_id'
            when owners.customer_id is not null then 'subject'
        end as stitched_by

    from int_events
    left join record_customers on int_events.record_id = record_customers.record_id
    left join accounts on int_events.user_id = accounts.value
    left join owners on int_events.subject_type = owners.identifier_type and int_events.value = owners.value

)

select * from stitched
