-- A row is added per run, so that a change of rules can be seen; a run repeated replaces its own.
{{ config(materialized='incremental', unique_key=['run_at', 'attribute'], on_schema_change='append_new_columns') }}

with

checks as (

    select * from {{ ref('golden_checks') }}

),

grouped as (

    select attribute, is_right, is_findable from checks
    union all
    select 'all', is_right, is_findable from checks

),

counted as (

    select
        {{ run_at() }} as run_at,
        attribute,
        count(*) as value_count,
        count(*) filter (where is_right) as right_count,
        count(*) filter (where is_findable) as findable_count,
        count(*) filter (where is_findable and is_right) as found_count

    from grouped
    group by attribute

)

select
    *,
    round(cast(right_count as double) / value_count, 6) as right_share,
    round(cast(found_count as double) / nullif(findable_count, 0), 6) as found_share
from counted
