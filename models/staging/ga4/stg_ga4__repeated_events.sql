with

events as (

    select content_key, event_day, parsed._file_id, parsed._line
    from {{ ref('stg_ga4__parsed_events') }} as parsed
    inner join {{ ref('stg_ga4__day_files') }} as day_files using (event_day, _file_id)
    where day_files.is_current

),

-- Counted first, on the hash alone: numbering every event would sort the whole history for a handful.
shared_keys as (

    select content_key
    from events
    group by content_key
    having count(*) > 1

),

numbered as (

    select
        events.*,
        row_number() over (partition by content_key order by event_day, _file_id, _line) as position
    from events
    inner join shared_keys using (content_key)

)

select * from numbered
where position > 1
