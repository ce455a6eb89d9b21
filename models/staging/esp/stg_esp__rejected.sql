with

bodies as (

    select 'sendgrid_events' as table_name, _file_id, _line from {{ source('esp', 'sendgrid_events') }}
    union all
    select 'unisender_events' as table_name, _file_id, _line from {{ source('esp', 'unisender_events') }}

),

usable as (

    select distinct _file_id, _line from {{ ref('stg_esp__provider_events') }}
    where email is not null and provider_event is not null

)

select
    'esp' as source,
    bodies.table_name,
    bodies._file_id,
    bodies._line,
    'no event with an address in the body' as reason
from bodies
left join usable on bodies._file_id = usable._file_id and bodies._line = usable._line
where usable._file_id is null
