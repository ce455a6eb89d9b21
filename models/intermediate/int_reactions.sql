{% set limits = var('machine_reaction') -%}

with

reactions as (

    select
        event_id, source, event_name, occurred_at, message_id, value, url,
        lower({{ json_text('properties', 'useragent') }}) as user_agent,
        coalesce({{ json_text('properties', 'sg_machine_open') }} = 'true', false) as is_told_by_provider,
        coalesce({{ json_text('properties', 'prefetch') }} = 'true', false) as is_prefetch

    from {{ ref('int_events') }}
    where {{ matches('event_name', '(email|sms|messenger|web_push)_(opened|clicked)') }}

),

-- Where nobody tells of the delivery, the relay took the message no earlier than we sent it.
deliveries as (

    select
        message_id, value,
        coalesce(min(occurred_at) filter (where event_name like '%!_delivered' escape '!'), min(occurred_at)) as delivered_at
    from {{ ref('int_events') }}
    where message_id is not null
        and (event_name like '%!_delivered' escape '!' or (source = 'responses' and event_name like '%!_sent' escape '!'))
    group by message_id, value

),

-- A link scanner tries every link of a letter in one go.
sweeps as (

    select message_id, value, {{ epoch_window('occurred_at', limits.seconds_between) }} as moment
    from reactions
    where event_name like '%!_clicked' escape '!' and message_id is not null
    group by 1, 2, 3
    having count(distinct url) >= {{ limits.links }}

),

agents as (

    select distinct reactions.user_agent
    from (select distinct user_agent from reactions) as reactions
    inner join {{ ref('machine_agents') }} as machine_agents on reactions.user_agent like machine_agents.pattern

)

select
    reactions.event_id,
    case
        when reactions.is_told_by_provider then 'told_by_provider'
        when reactions.is_prefetch then 'prefetch'
        when agents.user_agent is not null then 'known_agent'
        -- Apple's mail privacy fetches every picture with this and no more; asked of our own pixel only, since providers shorten what they tell.
        when reactions.source = 'responses' and reactions.user_agent = 'mozilla/5.0' then 'mail_privacy'
        when sweeps.message_id is not null then 'many_links_at_once'
        when {{ epoch_seconds('reactions.occurred_at') }} - {{ epoch_seconds('deliveries.delivered_at') }} < {{ limits.seconds_after_delivery }} then 'too_soon'
    end as machine_rule
from reactions
left join deliveries on reactions.message_id = deliveries.message_id and reactions.value = deliveries.value
left join agents on reactions.user_agent = agents.user_agent
left join sweeps
    on reactions.event_name like '%!_clicked' escape '!' and reactions.message_id = sweeps.message_id and reactions.value = sweeps.value
    and {{ epoch_window('reactions.occurred_at', limits.seconds_between) }} = sweeps.moment
