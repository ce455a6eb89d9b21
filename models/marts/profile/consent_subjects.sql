with

int_consent_events as (

    select * from {{ ref('int_consent_events') }}

),

record_customers as (

    select * from {{ source('identity', 'record_customers') }}

),

of_records as (

    select events.consent_event_id, record_customers.customer_id
    from int_consent_events as events
    inner join record_customers on events.record_id = record_customers.record_id

),

unrecorded as (

    select events.*
    from int_consent_events as events
    left join of_records on events.consent_event_id = of_records.consent_event_id
    where of_records.consent_event_id is null

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
        events.consent_event_id,
        holders.customer_id,
        events.action in ('granted', 'confirmed') as is_consent,
        count(*) over (partition by events.consent_event_id) as holder_count

    from unrecorded as events
    inner join holders on events.identifier_type = holders.identifier_type and events.value = holders.value

),

-- Nobody knows which of several holders spoke: a "no" is then each one's, a "yes" nobody's.
subjects as (

    select consent_event_id, customer_id from of_records
    union all
    select consent_event_id, customer_id from of_addresses
    where holder_count = 1 or not is_consent

)

select
    consent_event_id,
    customer_id,
    count(*) over (partition by consent_event_id) as subject_count
from subjects
