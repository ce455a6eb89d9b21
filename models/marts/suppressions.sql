with

int_suppressions as (

    select * from {{ ref('int_suppressions') }}

),

record_customers as (

    select * from {{ source('identity', 'record_customers') }}

),

owners as (

    select * from {{ ref('identifier_owners') }}

),

attributed as (

    select
        int_suppressions.*,
        coalesce(int_suppressions.value, int_suppressions.raw_value) as address,
        coalesce(owners.customer_id, record_customers.customer_id) as customer_id

    from int_suppressions
    left join record_customers on int_suppressions.record_id = record_customers.record_id
    left join owners on int_suppressions.identifier_type = owners.identifier_type and int_suppressions.value = owners.value

),

suppressions as (

    select
        channel,
        identifier_type,
        address,
        case when min(customer_id) = max(customer_id) then min(customer_id) end as customer_id,
        {{ text_list('reason') }} as reasons,
        {{ text_list('source') }} as sources,
        count(*) as event_count,
        min(occurred_at) as suppressed_at,
        max(occurred_at) as last_seen_at

    from attributed
    where address is not null
    group by channel, identifier_type, address

)

select * from suppressions
