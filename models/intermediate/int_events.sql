with

events as (

    {{ union_sources('events', event_columns()) }}

),

emails as (

    select raw_value, value from {{ ref('int_email_values') }}

)

select
    events.event_id,
    events.source,
    events.event_name,
    events.occurred_at,
    events.record_id,
    events.subject_type,
    events.subject_value,
    case when events.subject_type = 'email' then emails.value else events.subject_value end as value,
    events.user_id,
    events.channel,
    events.campaign,
    events.message_id,
    events.url,
    events.amount,
    events.currency,
    events.properties,
    events._file_id,
    events._line,
    events._load_id
from events
left join emails on events.subject_type = 'email' and events.subject_value = emails.raw_value
