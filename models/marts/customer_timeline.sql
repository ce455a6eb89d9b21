{{ config(materialized='by_customer') }}
{{ follows('event_fingerprints') }}
{{ follows('stop_fingerprints') }}
{% set message_events = '(email|sms|messenger|web_push)_.*' -%}
{% set columns = 'event_id, customer_id, occurred_at, kind, event_name, source, channel, campaign, title, amount, currency, properties, stitched_by, is_by_customer' -%}

with

stitched_events as (

    select * from {{ ref('stitched_events') }}
    where customer_id is not null and {{ is_changed('customer_id') }}

),

machine_reactions as (

    select event_id from {{ ref('email_reactions') }}
    where machine_rule is not null and {{ is_changed('customer_id') }}

),

described as (

    select
        stitched_events.event_id,
        stitched_events.customer_id,
        occurred_at,
        case
            when {{ matches('event_name', message_events) }} then 'message'
            when event_name in ('form_submitted', 'lead_created') then 'lead'
            else 'event'
        end as kind,
        event_name,
        source,
        channel,
        campaign,
        concat_ws(': ',
            upper(substr(event_name, 1, 1)) || replace(substr(event_name, 2), '_', ' '),
            coalesce(campaign, split_part(url, '?', 1))
        ) as title,
        amount,
        currency,
        properties,
        stitched_by,
        -- Sending is ours, a bounce is the mailbox's, an open may be a scanner's, a deal's stage is the salesman's.
        machine_reactions.event_id is null
            and substr(event_name, 1, 5) <> 'deal_'
            and (not {{ matches('event_name', message_events) }} or {{ matches('event_name', '.*_(opened|clicked|unsubscribed|complained|replied)') }}) as is_by_customer

    from stitched_events
    left join machine_reactions on stitched_events.event_id = machine_reactions.event_id

),

ordered as (

    select
        'order:' || order_id as event_id, customer_id, ordered_at as occurred_at, 'order' as kind, kind || '_' || status as event_name, source,
        coalesce(channel, 'shop') as channel, promo_code as campaign,
        concat_ws(' ', upper(substr(kind, 1, 1)) || substr(kind, 2), status || ':', cast(total_amount as string), currency) as title,
        total_amount as amount, currency, cast(null as string) as properties, 'record' as stitched_by, kind = 'order' as is_by_customer

    from {{ ref('orders') }}
    where customer_id is not null and {{ is_changed('customer_id') }}

),

consented as (

    select distinct
        'consent:' || statement_id as event_id, customer_id, occurred_at, 'consent' as kind, 'consent_' || action as event_name, source,
        cast(null as string) as channel, cast(null as string) as campaign,
        'Consent ' || action || ': ' || replace(purpose, '_', ' ') as title,
        cast(null as decimal(18, 2)) as amount, cast(null as string) as currency, evidence as properties, cast(null as string) as stitched_by, false as is_by_customer

    from {{ ref('consent_decisions') }}
    where purpose = stated_purpose and {{ is_changed('customer_id') }}

),

suppressed as (

    select
        'suppression:' || channel || ':' || address as event_id, customer_id, suppressed_at as occurred_at, 'suppression' as kind, 'address_suppressed' as event_name, sources as source,
        channel, cast(null as string) as campaign, 'Address suppressed: ' || reasons as title,
        cast(null as decimal(18, 2)) as amount, cast(null as string) as currency, cast(null as string) as properties, 'subject' as stitched_by, false as is_by_customer

    from {{ ref('suppressions') }}
    where customer_id is not null and {{ is_changed('customer_id') }}

),

timeline as (

    select {{ columns }} from described
    union all
    select {{ columns }} from ordered
    union all
    select {{ columns }} from consented
    union all
    select {{ columns }} from suppressed

)

select * from timeline
