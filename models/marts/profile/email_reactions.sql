{% set limits = var('machine_reaction') -%}

with

reactions as (

    select
        event_id, customer_id, event_name, occurred_at, message_id, value, url,
        lower({{ json_text('properties', 'useragent') }}) as user_agent,
        coalesce({{ json_text('properties', 'sg_machine_open') }} = 'true', false) as is_told_by_provider

    from {{ ref('stitched_events') }}
    where event_name in ('email_opened', 'email_clicked')

),

deliveries as (

    select message_id, value, min(occurred_at) as delivered_at
    from {{ ref('stitched_events') }}
    where event_name = 'email_delivered' and message_id is not null
    group by message_id, value

),

-- A link scanner tries every link of a letter in one go.
sweeps as (

    select message_id, value, {{ epoch_window('occurred_at', limits.seconds_between) }} as moment
    from reactions
    where event_name = 'email_clicked' and message_id is not null
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
    reactions.customer_id,
    reactions.event_name,
    reactions.occurred_at,
    case
        when reactions.is_told_by_provider then 'told_by_provider'
        when agents.user_agent is not null then 'known_agent'
        when sweeps.message_id is not null then 'many_links_at_once'
        when {{ epoch_seconds('reactions.occurred_at') }} - {{ epoch_seconds('deliveries.delivered_at') }} < {{ limits.seconds_after_delivery }} then 'too_soon'
    end as machine_rule
from reactions
left join deliveries on reactions.message_id = deliveries.message_id and reactions.value = deliveries.value
left join agents on reactions.user_agent = agents.user_agent
left join sweeps
    on reactions.event_name = 'email_clicked' and reactions.message_id = sweeps.message_id and reactions.value = sweeps.value
    and {{ epoch_window('reactions.occurred_at', limits.seconds_between) }} = sweeps.moment
