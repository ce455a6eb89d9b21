with

choices as (

    select
        answers.*,
        {{ blank_to_null("split_part(scope, '/', 2)") }} as scope_channel,
        max(case when kind = 'resubscribed' then occurred_at end) over (partition by message_id, scope) as last_undone_at
    from {{ ref('stg_responses__answers') }} as answers
    where
        kind in ('unsubscribed', 'resubscribed') and raw_value is not null
        -- Anybody can write a mail that names only an address.
        and (matched_by in ('message', 'provider') or table_name = 'lines')

),

-- "It was a mistake" proves no consent: it takes back what the same link said before, and leaves all else as it was. Of two at one moment the no wins.
withdrawals as (

    select * from choices
    where
        kind = 'unsubscribed'
        and not coalesce(message_id is not null and method in ('one_click', 'page') and occurred_at < last_undone_at, false)

)

select
    event_id as consent_event_id,
    {{ empty_columns(consent_event_columns(), ['record_id', 'legal_basis', 'expires_at', 'document']) }},
    identifier_type,
    raw_value,
    case when scope_channel = 'all' then 'any' else coalesce(scope_channel, channel) end as channel,
    'marketing' as purpose,
    'withdrawn' as action,
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
from withdrawals
