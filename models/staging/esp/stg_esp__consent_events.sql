with

said as (

    select
        *,
        min(case when event_name = 'email_resubscribed' then occurred_at end) over (
            partition by provider, lower(email), unsubscribe_group_id order by occurred_at, event_id rows between current row and unbounded following
        ) as undone_at
    from {{ ref('stg_esp__classified_events') }}
    where event_name in ('email_unsubscribed', 'email_resubscribed')

),

-- Who comes back to one mailing group of a provider has left the others still, and the mailings as a whole.
left_elsewhere as (

    select distinct back.event_id
    from said as back
    inner join said as gone
        on back.provider = gone.provider and lower(back.email) = lower(gone.email) and back.unsubscribe_group_id is distinct from gone.unsubscribe_group_id
    where back.event_name = 'email_resubscribed' and gone.event_name = 'email_unsubscribed'
        and gone.occurred_at <= back.occurred_at and coalesce(gone.undone_at > back.occurred_at, true)

),

-- Coming back counts as consent only with proof: the address it was clicked from.
choices as (

    select * from said
    where event_name = 'email_unsubscribed' or (ip is not null and event_id not in (select event_id from left_elsewhere))

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
