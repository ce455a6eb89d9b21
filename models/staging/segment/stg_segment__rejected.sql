select
    'segment' as source,
    'events' as table_name,
    _file_id,
    _line,
    case when message_type is null then 'no message type' else 'neither userId nor anonymousId' end as reason
from {{ ref('stg_segment__parsed_messages') }}
where message_type is null or coalesce(user_id, anonymous_id) is null
