with

landed_files as (

    select file_id, modified_at, landed_at from {{ source('landing', 'files') }}
    where source = 'ga4' and status = 'loaded'

),

days_in_files as (

    select
        event_day,
        _file_id,
        min(_file_name) as _file_name,
        max(_exported_at) as _exported_at,
        count(*) as event_count
    from {{ ref('stg_ga4__parsed_events') }}
    where occurred_at is not null and ga4_name is not null
    group by event_day, _file_id

),

-- The name of a rewritten day says the same date again: when it was written tells the newer one.
files as (

    select days_in_files.*, landed_files.modified_at, landed_files.landed_at
    from days_in_files
    inner join landed_files on days_in_files._file_id = landed_files.file_id

),

-- A large day is exported in numbered parts, which do not replace each other.
named as (

    select
        files.*,
        _file_name like '%intraday%' as is_intraday,
        regexp_extract(_file_name, 'events_(intraday_)?[0-9]{8}_([0-9]+)', 2) as part
    from files

),

ranked as (

    select
        named.*,
        min(case when is_intraday then 1 else 0 end) over (partition by event_day) = 1 as has_only_intraday,
        row_number() over (
            partition by event_day, is_intraday, part
            order by _exported_at desc nulls last, modified_at desc nulls last, landed_at desc nulls last, _file_id desc nulls last
        ) as version_rank
    from named

)

select
    event_day,
    _file_id,
    _file_name,
    _exported_at,
    is_intraday,
    event_count,
    version_rank = 1 and (has_only_intraday or not is_intraday) as is_current
from ranked
