{{ config(materialized='fingerprints') }}

with

suppressions as (

    select * from {{ ref('suppressions') }}

),

stops as (

    select * from {{ ref('consent_stops') }}

),

stopped as (

    select identifier_type, address as value from suppressions
    union
    select identifier_type, value from stops

),

held as (

    select record_customers.customer_id, int_identifiers.identifier_type, int_identifiers.value
    from {{ ref('int_identifiers') }} as int_identifiers
    inner join {{ source('identity', 'record_customers') }} as record_customers on int_identifiers.record_id = record_customers.record_id
    where (int_identifiers.identifier_type, int_identifiers.value) in (select identifier_type, value from stopped)

),

-- What a consent names need not be an address that a record of the customer holds.
named as (

    select subjects.customer_id, statements.identifier_type, statements.value
    from {{ ref('consent_statements') }} as statements
    inner join {{ ref('consent_subjects') }} as subjects on statements.consent_event_id = subjects.consent_event_id
    where (statements.identifier_type, statements.value) in (select identifier_type, value from stopped)

),

addressed as (

    select * from held
    union all
    select * from named

),

hashed as (

    select customer_id, {{ row_hash(ref('suppressions'), 'suppressions') }} as row_hash
    from suppressions
    where customer_id is not null

    union all

    select addressed.customer_id, {{ row_hash(ref('suppressions'), 'suppressions') }} as row_hash
    from addressed
    inner join suppressions on addressed.identifier_type = suppressions.identifier_type and addressed.value = suppressions.address

    union all

    select addressed.customer_id, {{ row_hash(ref('consent_stops'), 'stops') }} as row_hash
    from addressed
    inner join stops on addressed.identifier_type = stops.identifier_type and addressed.value = stops.value

)

select customer_id, sum(row_hash) as fingerprint
from hashed
group by customer_id
