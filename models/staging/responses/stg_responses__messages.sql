with

attempts as (

    select line_id, kind, message_id, channel, provider, provider_message_id, identifier_type, address, campaign, purpose, occurred_at, _file_id, _line, _load_id
    from {{ ref('stg_responses__lines') }}
    where kind in ('sent', 'failed') and message_id is not null and address is not null

),

-- A message keeps its address from attempt to attempt; the one that was taken says the provider's id.
messages as (

    {{ latest_per('attempts', 'message_id', "kind desc, occurred_at desc, line_id") }}

)

select
    message_id,
    channel,
    provider,
    provider_message_id,
    coalesce(identifier_type, case channel when 'email' then 'email' when 'sms' then 'phone' end) as identifier_type,
    address as raw_value,
    campaign,
    purpose,
    occurred_at as sent_at,
    _file_id,
    _line,
    _load_id
from messages
