with

int_consent_events as (

    select * from {{ ref('int_consent_events') }}

),

record_customers as (

    select * from {{ source('identity', 'record_customers') }}

),

owners as (

    select * from {{ ref('identifier_owners') }}

),

purposes as (

    select * from {{ ref('consent_purposes') }}

),

decisions as (

    select
        coalesce(record_customers.customer_id, owners.customer_id) as customer_id,
        purposes.purpose,
        purposes.channel,
        events.consent_event_id,
        events.source,
        events.action,
        events.legal_basis,
        events.evidence,
        events.occurred_at,
        events.action = 'withdrawn' as is_withdrawal,
        case
            when events.action = 'withdrawn' then true
            when events.occurred_at is null or events.occurred_at > {{ run_at() }} then false
            when events.channel = 'any' and purposes.channel <> 'any' and not coalesce(purposes.accepts_unnamed_channel, false) then false
            when coalesce(events.legal_basis, 'consent') = 'consent' then true
            when events.legal_basis = 'contract' then purposes.accepts_contract
            when events.legal_basis = 'legitimate_interest' then purposes.accepts_legitimate_interest
            else false
        end as is_counted,
        -- A withdrawal without a date, or dated ahead of the run, stands now.
        case when events.action = 'withdrawn' then least(coalesce(events.occurred_at, {{ run_at() }}), {{ run_at() }}) else events.occurred_at end as effective_at

    from int_consent_events as events
    left join record_customers on events.record_id = record_customers.record_id
    left join owners on events.identifier_type = owners.identifier_type and events.value = owners.value
    inner join purposes
        on events.purpose = purposes.purpose and (events.channel in (purposes.channel, 'any') or purposes.channel = 'any')
    where coalesce(record_customers.customer_id, owners.customer_id) is not null

)

select * from decisions
