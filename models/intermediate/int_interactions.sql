with

int_events as (

    select * from {{ ref('int_events') }}
    where source in ('responses', 'esp')

),

messages as (

    select message_id from {{ ref('stg_responses__messages') }}

),

-- Of a provider's events those about messages that Svod sent; of its own, also what names no message (a stop by SMS).
interactions as (

    select
        event_id as interaction_id,
        message_id,
        channel,
        case
            when event_name like '%!_bounced%' escape '!' then 'bounced'
            else substr(event_name, length(channel) + 2)
        end as kind,
        occurred_at,
        subject_type as identifier_type,
        value,
        url,
        {{ json_text('properties', 'status') }} as status,
        {{ json_text('properties', 'reason') }} as diagnostic,
        coalesce({{ json_text('properties', 'auto') }} = 'true', false) as is_automatic,
        source,
        _file_id,
        _line,
        _load_id

    from int_events
    where source = 'responses' or message_id in (select message_id from messages)

),

bounces as (

    select * from interactions
    where kind = 'bounced'

),

categories as (

    {{ bounce_categories('bounces', 'status', 'diagnostic') }}

),

judged as (

    select
        interactions.*,
        case when interactions.kind = 'bounced' then categories.bounce_category end as bounce_category,
        coalesce(reactions.machine_rule, case when interactions.is_automatic then 'automatic_reply' end) as machine_rule

    from interactions
    left join {{ ref('int_reactions') }} as reactions on interactions.interaction_id = reactions.event_id
    left join categories
        on interactions.kind = 'bounced'
        and coalesce(interactions.status, '') = categories.status and coalesce(interactions.diagnostic, '') = categories.words

)

select
    interaction_id,
    message_id,
    kind,
    occurred_at,
    channel,
    identifier_type,
    value,
    url,
    machine_rule is not null as is_machine,
    machine_rule,
    bounce_category,
    source,
    _file_id,
    _line,
    _load_id
from judged
where kind in ('sent', 'delivered', 'opened', 'clicked', 'bounced', 'complained', 'unsubscribed', 'replied')
