{% set columns = 'event_id, customer_id, occurred_at, kind, event_name, source, channel, campaign, title, amount, currency, properties, stitched_by, is_by_customer' -%}

with

timeline_events as (

    select {{ columns }}
    from {{ ref('timeline_events') }}

),

ordered as (

    select
        'order:' || order_id as event_id, customer_id, ordered_at as occurred_at, 'order' as kind, kind || '_' || status as event_name, source,
        coalesce(channel, 'shop') as channel, promo_code as campaign,
        concat_ws(' ', upper(substr(kind, 1, 1)) || substr(kind, 2), status || ':', cast(total_amount as string), currency) as title,
        total_amount as amount, currency, cast(null as string) as properties, 'record' as stitched_by, kind = 'order' as is_by_customer

    from {{ ref('orders') }}
    where customer_id is not null

),

consented as (

    select distinct
        'consent:' || statement_id as event_id, customer_id, occurred_at, 'consent' as kind, 'consent_' || action as event_name, source,
        cast(null as string) as channel, cast(null as string) as campaign,
        'Consent ' || action || ': ' || replace(purpose, '_', ' ') as title,
        cast(null as decimal(18, 2)) as amount, cast(null as string) as currency, evidence as properties, cast(null as string) as stitched_by, false as is_by_customer

    from {{ ref('consent_decisions') }}
    where purpose = stated_purpose

),

suppressed as (

    select
        'suppression:' || channel || ':' || address as event_id, customer_id, suppressed_at as occurred_at, 'suppression' as kind, 'address_suppressed' as event_name, sources as source,
        channel, cast(null as string) as campaign, 'Address suppressed: ' || reasons as title,
        cast(null as decimal(18, 2)) as amount, cast(null as string) as currency, cast(null as string) as properties, 'subject' as stitched_by, false as is_by_customer

    from {{ ref('suppressions') }}
    where customer_id is not null

),

timeline as (

    select {{ columns }} from timeline_events
    union all
    select {{ columns }} from ordered
    union all
    select {{ columns }} from consented
    union all
    select {{ columns }} from suppressed

)

select * from timeline
