{{ config(materialized='by_customer') }}
{{ follows('record_fingerprints') }}
{{ follows('stop_fingerprints') }}
with

claims as (

    select * from {{ ref('consent_claims') }}
    where {{ is_changed('customer_id') }}

),

living as (

    select decisions.*
    from claims
    inner join {{ ref('consent_decisions') }} as decisions
        on claims.customer_id = decisions.customer_id and claims.purpose = decisions.purpose
        and claims.channel = decisions.channel and claims.consent_event_id = decisions.consent_event_id
    where claims.state = 'granted' and decisions.purpose in ('marketing', 'ads_matching') and coalesce(claims.valid_to > {{ run_at() }}, true)

),

named as (

    select customer_id, purpose, channel, identifier_type, value, effective_at, weight
    from living
    where {{ is_address_of('identifier_type', 'channel') }}

),

-- A consent that names no address is for those of the record that gave it, never for those of other records of the customer.
-- Matching with ad platforms is about a person, not about a channel: whatever it names, it is for all addresses of its record.
unnamed as (

    select living.customer_id, living.purpose, living.channel, int_identifiers.identifier_type, int_identifiers.value, living.effective_at, living.weight
    from living
    inner join {{ ref('int_identifiers') }} as int_identifiers
        on living.record_id = int_identifiers.record_id and {{ is_address_of('int_identifiers.identifier_type', 'living.channel') }}
    where living.purpose = 'ads_matching' or not coalesce({{ is_address_of('living.identifier_type', 'living.channel') }}, false)

),

covered as (

    select * from named
    union all
    select * from unnamed

)

-- What was said no to at an address holds for the address, whoever else uses it.
select distinct covered.customer_id, covered.purpose, covered.channel, covered.identifier_type, covered.value
from covered
left join {{ ref('consent_stops') }} as stopped
    on covered.purpose = stopped.purpose and covered.channel = stopped.channel and covered.identifier_type = stopped.identifier_type and covered.value = stopped.value
where covered.value is not null
    and (stopped.stopped_at is null or (covered.effective_at > stopped.stopped_at and covered.weight >= stopped.weight))
