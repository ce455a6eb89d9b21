with

-- An attempt that came to nothing on our side is nothing that anybody received; of an answer to nobody nothing can be told.
answers as (

    select * from {{ ref('stg_responses__answers') }}
    where kind <> 'failed' and raw_value is not null and channel is not null

)

select
    event_id,
    'responses' as source,
    channel || '_' || kind || case when kind = 'bounced' and bounce_category = 'recipient' then '_hard' when kind = 'bounced' then '_soft' else '' end as event_name,
    occurred_at,
    identifier_type as subject_type,
    raw_value as subject_value,
    channel,
    campaign,
    message_id,
    url,
    {{ empty_columns(event_columns(), ['record_id', 'user_id', 'amount', 'currency']) }},
    {{ json_object_text({
        'useragent': 'user_agent', 'ip': 'ip', 'prefetch': "case when is_prefetch then 'true' end", 'auto': "case when is_automatic then 'true' end",
        'status': 'status', 'reason': 'diagnostic', 'provider': 'provider', 'scope': 'scope', 'method': 'method', 'matched_by': 'matched_by',
    }) }} as properties,
    _file_id,
    _line,
    _load_id
from answers
