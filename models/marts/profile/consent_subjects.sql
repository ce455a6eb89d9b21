with

int_consent_events as (

    select * from {{ ref('int_consent_events') }}

),

record_customers as (

    select * from {{ source('identity', 'record_customers') }}

),

events as (

    select
        events.consent_event_id, events.identifier_type, events.value,
        events.action in ('granted', 'confirmed') as is_consent,
        record_customers.customer_id

    from int_consent_events as events
    left join record_customers on events.record_id = record_customers.record_id

),

unrecorded as (

    select * from events
    where customer_id is null

),

holders as (

    select distinct int_identifiers.identifier_type, int_identifiers.value, record_customers.customer_id
    from {{ ref('int_identifiers') }} as int_identifiers
    inner join record_customers on int_identifiers.record_id = record_customers.record_id
    where int_identifiers.is_valid and not int_identifiers.is_junk
        and (int_identifiers.identifier_type, int_identifiers.value) in (select identifier_type, value from unrecorded)

),

of_addresses as (

    select
        unrecorded.consent_event_id,
        holders.customer_id,
        unrecorded.is_consent,
        count(*) over (partition by unrecorded.consent_event_id) as holder_count

    from unrecorded
    inner join holders on unrecorded.identifier_type = holders.identifier_type and unrecorded.value = holders.value

)

-- Nobody knows which of several holders spoke: a "no" is then each one's, a "yes" nobody's.
select consent_event_id, customer_id, cast(1 as bigint) as subject_count
from events
where customer_id is not null
union all
select consent_event_id, customer_id, holder_count as subject_count
from of_addresses
where holder_count = 1 or not is_consent
