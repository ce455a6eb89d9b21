-- A view: it only leaves out what newer files replaced, and a table would hold millions of wide rows a second time.
{{ config(materialized='view') }}

with

events as (

    select * from {{ ref('stg_ga4__parsed_events') }}
    where occurred_at is not null and ga4_name is not null

),

current_files as (

    select event_day, _file_id from {{ ref('stg_ga4__day_files') }}
    where is_current

),

-- Two events may share all that names them; then their order in the file tells them apart.
repeated_events as (

    select * from {{ ref('stg_ga4__repeated_events') }}

)

select
    'ga4:' || events.content_key || case when repeated_events.position is not null then '-' || cast(repeated_events.position as varchar) else '' end as event_id,
    events.*
from events
inner join current_files on events.event_day = current_files.event_day and events._file_id = current_files._file_id
left join repeated_events on events._file_id = repeated_events._file_id and events._line = repeated_events._line
