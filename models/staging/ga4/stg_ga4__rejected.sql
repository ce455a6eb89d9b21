select
    'ga4' as source,
    'events' as table_name,
    _file_id,
    _line,
    'no event name or no readable event_timestamp' as reason
from {{ ref('stg_ga4__parsed_events') }}
where occurred_at is null or ga4_name is null
