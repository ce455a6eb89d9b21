{{ config(materialized='by_customer') }}
{% set key = 'customer_id, purpose, channel' -%}
{% set one_event = 'customer_id, purpose, channel, consent_event_id' -%}

with

decisions as (

    select * from {{ ref('consent_decisions') }}
    where {{ is_changed('customer_id') }}

),

stops as (

    select {{ key }}, kind, weight, effective_at
    from decisions
    where kind in ('withdrawal', 'end')

),

-- A consent ends with the first stop that is not older. One that is weaker than any older stop never begins.
judged as (

    select
        decisions.customer_id, decisions.purpose, decisions.channel, decisions.consent_event_id,
        coalesce(bool_or(stops.effective_at < decisions.effective_at and stops.weight > decisions.weight), false) as is_too_weak,
        min(case when stops.effective_at >= decisions.effective_at then stops.effective_at end) as stopped_at

    from decisions
    left join stops
        on decisions.customer_id = stops.customer_id and decisions.purpose = stops.purpose and decisions.channel = stops.channel
    where decisions.kind = 'consent'
    group by decisions.customer_id, decisions.purpose, decisions.channel, decisions.consent_event_id

),

consents as (

    select
        decisions.*,
        least(judged.stopped_at, decisions.stands_until) as valid_to,
        judged.is_too_weak or coalesce(judged.stopped_at <= decisions.effective_at, false) as is_stillborn,
        judged.is_too_weak

    from decisions
    inner join judged
        on decisions.customer_id = judged.customer_id and decisions.purpose = judged.purpose
        and decisions.channel = judged.channel and decisions.consent_event_id = judged.consent_event_id
    where decisions.kind = 'consent'

),

-- A withdrawal stands until a consent begins that undoes it.
withdrawals as (

    select
        decisions.customer_id, decisions.purpose, decisions.channel, decisions.consent_event_id,
        decisions.effective_at as valid_from,
        min(consents.effective_at) as valid_to

    from decisions
    left join consents
        on decisions.customer_id = consents.customer_id and decisions.purpose = consents.purpose and decisions.channel = consents.channel
        and consents.effective_at > decisions.effective_at and not consents.is_stillborn
    where decisions.kind = 'withdrawal'
    group by decisions.customer_id, decisions.purpose, decisions.channel, decisions.consent_event_id, decisions.effective_at

),

claims as (

    select {{ one_event }}, 1 as precedence, 'granted' as state, effective_at as valid_from, valid_to, proof, cast(null as string) as objection
    from consents
    where not is_stillborn
    union all
    select {{ one_event }}, 2, 'withdrawn', valid_from, valid_to, null, null
    from withdrawals
    union all
    select {{ one_event }}, 3, 'other_basis', effective_at, stands_until, null, null
    from decisions
    where kind = 'other_basis'
    union all
    select {{ one_event }}, 4, 'expired', valid_to, null, null, null
    from consents
    where not is_stillborn and valid_to is not null
    union all
    select {{ one_event }}, 4, 'expired', stands_until, null, null, null
    from decisions
    where kind = 'other_basis' and stands_until is not null
    union all
    select {{ one_event }}, 5, 'unproven', effective_at, null, null, objection
    from decisions
    where kind = 'claim'
    union all
    select {{ one_event }}, 5, 'unproven', effective_at, null, null, 'weaker than a withdrawal before it'
    from consents
    where is_too_weak

)

select * from claims
where valid_from <= {{ run_at() }}
