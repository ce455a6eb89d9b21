with

answers as (

    select
        lines.*,
        matches.message_id as matched_message_id,
        matches.matched_by,
        bounces.bounce_category,
        messages.raw_value as message_address,
        messages.identifier_type as message_identifier_type,
        messages.channel as message_channel,
        messages.campaign as message_campaign

    from {{ ref('stg_responses__lines') }} as lines
    left join {{ ref('stg_responses__matches') }} as matches on lines.line_id = matches.line_id
    left join {{ ref('stg_responses__messages') }} as messages on matches.message_id = messages.message_id
    left join {{ ref('stg_responses__bounces') }} as bounces on lines.line_id = bounces.line_id

)

select

    ---------- ids
    'responses:' || line_id as event_id,
    matched_message_id as message_id,
    message_id as told_message_id,

    ---------- strings
    table_name,
    case
        when kind = 'failed' and bounce_category is not null then 'bounced'
        else kind
    end as kind,
    coalesce(message_channel, channel) as channel,
    coalesce(message_identifier_type, identifier_type) as identifier_type,
    coalesce(message_address, address) as raw_value,
    coalesce(message_campaign, campaign) as campaign,
    provider,
    outcome,
    matched_by,
    bounce_category,
    status,
    diagnostic,
    url,
    scope,
    method,
    ip,
    user_agent,

    ---------- booleans
    is_prefetch,
    is_automatic,

    ---------- numerics
    version_count,

    ---------- timestamps
    occurred_at,
    _file_id,
    _line,
    _load_id

from answers
