{%- set jump = var('segment_jump') -%}
with

changes as (

    select segment, cast(occurred_at as date) as day, case change when 'entered' then 1 else 0 end as entered, case change when 'left' then 1 else 0 end as gone
    from {{ ref('segment_history') }}

),

segments as (

    select segment from changes
    union
    select segment from {{ ref('segment_catalog') }}

),

days as (

    select day from changes
    union
    select cast({{ run_at() }} as date) as day

),

daily as (

    select segments.segment, days.day, coalesce(sum(changes.entered), 0) as entered, coalesce(sum(changes.gone), 0) as gone
    from segments
    cross join days
    left join changes on segments.segment = changes.segment and days.day = changes.day
    group by segments.segment, days.day

),

summed as (

    select *, sum(entered - gone) over (partition by segment order by day) as members
    from daily

),

compared as (

    select *, lag(members) over (partition by segment order by day) as before
    from summed

),

sizes as (

    select
        segment,
        cast(members as bigint) as members_count,
        cast(entered as bigint) as entered_count,
        cast(gone as bigint) as left_count,
        cast(before as bigint) as members_before_count,
        cast((members - before) / nullif(before, 0) as double) as change_share,
        coalesce(before > 0 and abs(members - before) >= {{ jump.members }} and abs(members - before) > {{ jump.share }} * before, false) as is_jump,
        day = cast({{ run_at() }} as date) as is_latest,
        day

    from compared

)

select * from sizes
