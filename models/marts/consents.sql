with

consent_decisions as (

    select
        *,
        -- Lawful without consent is not consent: such a basis is stated as what it is, and any word of the customer's own comes before it.
        is_counted and not is_withdrawal and coalesce(legal_basis, 'consent') <> 'consent' as is_other_basis
    from {{ ref('consent_decisions') }}

),

ranked as (

    select
        *,
        max(case when is_counted and not is_withdrawal and not is_other_basis then effective_at end) over one_consent as granted_at,
        max(case when is_withdrawal then effective_at end) over one_consent as withdrawn_at,
        row_number() over (
            partition by customer_id, purpose, channel
            order by is_counted desc, is_other_basis, effective_at desc nulls last, is_withdrawal desc, consent_event_id
        ) as place

    from consent_decisions
    window one_consent as (partition by customer_id, purpose, channel)

),

deciding as (

    select

        ---------- ids
        customer_id,
        consent_event_id,

        ---------- strings
        purpose,
        channel,
        case when not is_counted then 'unproven' when is_withdrawal then 'withdrawn' when is_other_basis then 'other_basis' else 'granted' end as state,
        source,
        legal_basis,
        evidence,

        ---------- booleans
        is_counted and not is_withdrawal and not is_other_basis as is_granted,

        ---------- timestamps
        effective_at as decided_at,
        granted_at,
        withdrawn_at

    from ranked
    where place = 1

)

select * from deciding
