{# What consent events say about each purpose and channel, and what that weighs: all of them, or those of a few people. #}
{% macro consent_statements(int_consent_events) -%}
with

events as (

    select
        int_consent_events.*,
        int_consent_events.action in ('withdrawn', 'objected') as is_withdrawal,
        coalesce(methods.proof, 0) as proof,
        -- What has no date, or one ahead of the run, is known as of the run.
        least(coalesce(occurred_at, {{ run_at() }}), {{ run_at() }}) as effective_at

    from {{ int_consent_events }} as int_consent_events
    left join {{ ref('consent_methods') }} as methods on int_consent_events.method = methods.method

),

purposes as (

    select * from {{ ref('consent_purposes') }}

),

-- Who forbids processing forbids with it what rests on processing. Nothing else passes from one purpose to another.
spoken as (
    {% for about in [
        "events.purpose = purposes.purpose and (events.channel in (purposes.channel, 'any') or purposes.channel = 'any')",
        "events.purpose = 'personal_data' and events.is_withdrawal and purposes.purpose <> 'personal_data'",
    ] %}
    select
        events.*,
        events.purpose as stated_purpose,
        events.channel = 'any' and purposes.channel <> 'any' as is_unnamed_channel,
        purposes.purpose as about_purpose,
        purposes.channel as about_channel,
        purposes.accepts_contract,
        purposes.accepts_legitimate_interest,
        purposes.accepts_unnamed_channel,
        purposes.least_proof,
        least(events.expires_at, events.effective_at + purposes.expires_after_days * interval '1' day) as stands_until

    from events
    inner join purposes on {{ about }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

objected as (

    select
        spoken.*,
        case
            when is_withdrawal or action = 'expired' then null
            when action not in ('granted', 'confirmed') then 'an unknown action'
            when occurred_at is null then 'no date'
            when occurred_at > {{ run_at() }} then 'dated ahead of the run'
            when stands_until <= effective_at then 'over before it began'
            when is_unnamed_channel and not coalesce(accepts_unnamed_channel, false) then 'names no channel'
            when legal_basis = 'contract' and not accepts_contract then 'a contract is no basis for this'
            when legal_basis = 'legitimate_interest' and not accepts_legitimate_interest then 'a legitimate interest is no basis for this'
            when coalesce(legal_basis, 'consent') not in ('consent', 'contract', 'legitimate_interest') then 'an unknown legal basis'
            when coalesce(legal_basis, 'consent') = 'consent' and proof < coalesce(least_proof, 1) then 'no proof, or too weak a one'
        end as objection
    from spoken

),

statements as (

    select
        consent_event_id,
        record_id,
        identifier_type,
        value,
        about_purpose as purpose,
        about_channel as channel,
        stated_purpose,
        case
            when is_withdrawal then 'withdrawal'
            when action = 'expired' then 'end'
            when objection is not null then 'claim'
            when coalesce(legal_basis, 'consent') = 'consent' then 'consent'
            else 'other_basis'
        end as kind,
        objection,
        -- A withdrawal is undone by an act of the person's own (2) at least; a consent that names no channel undoes none.
        case when is_withdrawal then greatest(proof, 2) when action = 'expired' then 0 when is_unnamed_channel then least(proof, 1) else proof end as weight,
        effective_at,
        case when not is_withdrawal then stands_until end as stands_until,
        source, action, legal_basis, method, proof, document, ip, evidence, occurred_at
    from objected

)

select * from statements
{%- endmacro %}
