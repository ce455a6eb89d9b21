with

usable as (

    select * from {{ ref('stg_segment__parsed_messages') }}
    where message_type is not null and coalesce(user_id, anonymous_id) is not null
        and _file_id in (select file_id from {{ source('landing', 'files') }} where source = 'segment' and status = 'loaded')

),

latest as (

    {{ latest_per('usable', 'message_key', '_exported_at desc nulls last, _file_id desc nulls last, _line desc nulls last') }}

)

select
    'segment:' || message_key as event_id,
    case when user_id is not null then 'segment:user:' || {{ opaque_key('user_id') }} else 'segment:anonymous:' || {{ opaque_key('anonymous_id') }} end as person_id,
    latest.*
from latest
