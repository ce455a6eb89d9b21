with

-- Coming back to a mailing group counts as consent only with proof: the address it was clicked from.
choices as (

    select * from {{ ref('stg_esp__classified_events') }}
    where event_name = 'email_unsubscribed' or (event_name = 'email_resubscribed' and ip is not null)

)

select
    event_id as consent_event_id,
    {{ empty_columns(consent_event_columns(), ['record_id', 'expires_at', 'document']) }},
    'email' as identifier_type,
    email as raw_value,
    'email' as channel,
    'marketing' as purpose,
    case when event_name = 'email_unsubscribed' then 'withdrawn' else 'granted' end as action,
    case when event_name = 'email_resubscribed' then 'consent' end as legal_basis,
    occurred_at,
    -- Both are clicked in a message that reached the address.
    'link' as method,
    ip,
    {{ json_object_text({
        'method': "'provider_event'", 'provider': 'provider', 'ip': 'ip', 'url': 'url', 'message_id': 'message_id',
        'group': 'unsubscribe_group_id', 'comment': 'reason', 'campaign': 'campaign',
    }) }} as evidence,
    'esp' as source,
    _file_id,
    _line,
    _load_id
from choices
