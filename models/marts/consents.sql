{{ config(materialized='by_customer') }}
with

current_states as (

    select * from {{ ref('consent_history') }}
    where valid_to is null and {{ is_changed('customer_id') }}

),

last_words as (

    select
        customer_id,
        purpose,
        channel,
        max(case when state = 'granted' then valid_from end) as granted_at,
        max(case when state = 'withdrawn' then valid_from end) as withdrawn_at
    from {{ ref('consent_claims') }}
    where {{ is_changed('customer_id') }}
    group by customer_id, purpose, channel

)

select

    ---------- ids
    current_states.customer_id,
    current_states.consent_event_id,

    ---------- strings
    current_states.purpose,
    current_states.channel,
    current_states.state,
    current_states.reason,
    current_states.source,
    current_states.action,
    current_states.legal_basis,
    current_states.method,
    current_states.document,
    current_states.ip,
    current_states.evidence,

    ---------- numerics
    current_states.proof,

    ---------- booleans
    current_states.state = 'granted' as is_granted,

    ---------- timestamps
    current_states.valid_from as decided_at,
    current_states.expires_at,
    last_words.granted_at,
    last_words.withdrawn_at

from current_states
inner join last_words
    on current_states.customer_id = last_words.customer_id and current_states.purpose = last_words.purpose and current_states.channel = last_words.channel
