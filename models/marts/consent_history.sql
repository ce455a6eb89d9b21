{{ config(materialized='by_customer') }}
{% set key = 'customer_id, purpose, channel' -%}

with

claims as (

    select * from {{ ref('consent_claims') }}
    where {{ is_changed('customer_id') }}

),

moments as (

    select {{ key }}, valid_from as moment from claims
    union
    select {{ key }}, valid_to from claims
    where valid_to <= {{ run_at() }}

),

-- The same rules at each moment: of the claims that stand, the first in precedence decides, of consents the best proven, then the latest.
standing as (

    select
        moments.moment,
        claims.*,
        row_number() over (
            partition by claims.customer_id, claims.purpose, claims.channel, moments.moment
            order by claims.precedence, claims.proof desc nulls last, claims.valid_from desc, claims.consent_event_id
        ) as place

    from moments
    inner join claims
        on moments.customer_id = claims.customer_id and moments.purpose = claims.purpose and moments.channel = claims.channel
        and claims.valid_from <= moments.moment and coalesce(claims.valid_to > moments.moment, true)

),

changes as (

    select
        standing.*,
        lag(state || consent_event_id) over (partition by {{ key }} order by moment) as before

    from standing
    where place = 1

),

stretches as (

    select
        changes.*,
        lead(moment) over (partition by {{ key }} order by moment) as until
    from changes
    where before is null or before <> state || consent_event_id

),

explained as (

    select

        ---------- ids
        stretches.customer_id,
        stretches.consent_event_id,

        ---------- strings
        stretches.purpose,
        stretches.channel,
        stretches.state,
        {{ consent_reason('stretches', 'decisions', 'methods') }} as reason,
        decisions.source,
        decisions.action,
        decisions.legal_basis,
        decisions.method,
        decisions.document,
        decisions.ip,
        decisions.evidence,

        ---------- numerics
        decisions.proof,

        ---------- timestamps
        decisions.occurred_at,
        case when stretches.state in ('granted', 'other_basis') then decisions.stands_until end as expires_at,
        stretches.moment as valid_from,
        stretches.until as valid_to

    from stretches
    inner join {{ ref('consent_decisions') }} as decisions
        on stretches.customer_id = decisions.customer_id and stretches.purpose = decisions.purpose
        and stretches.channel = decisions.channel and stretches.consent_event_id = decisions.consent_event_id
    left join {{ ref('consent_methods') }} as methods on decisions.method = methods.method

)

select * from explained
