with

choices as (

    select
        answers.*,
        {{ blank_to_null("split_part(scope, '/', 2)") }} as scope_channel
    from {{ ref('stg_responses__answers') }} as answers
    where kind in ('unsubscribed', 'resubscribed') and raw_value is not null

)

select
    event_id as consent_event_id,
    {{ empty_columns(consent_event_columns(), ['record_id', 'expires_at', 'document']) }},
    identifier_type,
    raw_value,
    case when scope_channel = 'all' then 'any' else coalesce(scope_channel, channel) end as channel,
    'marketing' as purpose,
    case when kind = 'unsubscribed' then 'withdrawn' else 'granted' end as action,
    case when kind = 'resubscribed' then 'consent' end as legal_basis,
    occurred_at,
    case when method in ('reply', 'mail') then 'reply' else 'link' end as method,
    ip,
    {{ json_object_text({
        'method': 'method', 'scope': 'scope', 'message_id': 'message_id', 'campaign': 'campaign', 'ip': 'ip', 'user_agent': 'user_agent', 'provider': 'provider',
    }) }} as evidence,
    'responses' as source,
    _file_id,
    _line,
    _load_id
from choices
