{% set message_events = '(email|sms|messenger|web_push)_.*' -%}

with

stitched_events as (

    select * from {{ ref('stitched_events') }}
    where customer_id is not null

),

machine_reactions as (

    select event_id from {{ ref('email_reactions') }}
    where machine_rule is not null

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

)

select * from described
