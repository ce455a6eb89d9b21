with

lines as (

    select * from {{ ref('stg_responses__lines') }}

),

messages as (

    select * from {{ ref('stg_responses__messages') }}

),

-- A long SMS has an id per part.
provider_ids as (

    select message_id, channel, provider, raw_value, {{ each_of("split(provider_message_id, ',')") }} as provider_message_id
    from messages
    where provider_message_id is not null

),

named as (

    select lines.line_id, messages.message_id, 1 as rank, messages.sent_at as moment
    from lines
    inner join messages on lines.message_id = messages.message_id

),

-- Telegram counts the messages of each chat anew, so that the chat belongs to the id.
known_to_provider as (

    select lines.line_id, provider_ids.message_id, 2 as rank, lines.occurred_at as moment
    from lines
    inner join provider_ids on lines.provider = provider_ids.provider and lines.provider_message_id = provider_ids.provider_message_id
    where lines.message_id is null and lower(coalesce(lines.address, provider_ids.raw_value)) = lower(provider_ids.raw_value)

),

-- A report that names nothing but the recipient is about what was sent there last.
sent_there as (

    select lines.line_id, messages.message_id, 3 as rank, messages.sent_at as moment
    from lines
    inner join messages on lines.channel = messages.channel and lower(lines.address) = lower(messages.raw_value)
    where
        lines.message_id is null and lines.provider_message_id is null and lines.kind in ('bounced', 'deferred', 'complained')
        and messages.sent_at <= lines.occurred_at and messages.sent_at > lines.occurred_at - interval '30' day

),

candidates as (

    select * from named
    union all
    select * from known_to_provider
    union all
    select * from sent_there

),

best as (

    select candidates.*, row_number() over (partition by line_id order by rank, moment desc, message_id) as place from candidates

)

select line_id, message_id, case rank when 1 then 'message' when 2 then 'provider' else 'address' end as matched_by
from best
where place = 1
