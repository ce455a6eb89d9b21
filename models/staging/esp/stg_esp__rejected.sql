select
    'esp' as source,
    case when provider = 'sendgrid' then 'sendgrid_events' else 'unisender_events' end as table_name,
    _file_id,
    _line,
    case
        when events_in_body = 0 then 'no event in the body'
        when email is null then 'an event that names no address'
        else 'an event that does not say what happened'
    end as reason
from {{ ref('stg_esp__provider_events') }}
where email is null or provider_event is null
