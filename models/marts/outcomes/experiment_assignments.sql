with

experiments as (

    select * from {{ source('communications', 'experiments') }}

),

passes as (

    select * from {{ ref('passes') }}
    where goal_until is not null

),

-- Who is held out gets nothing of any arm, and is compared apart.
split_off as (

    select passes.*, transitions.step, transitions.arm, transitions.left_at as assigned_at
    from passes
    inner join {{ source('communications', 'transitions') }} as transitions on passes.entry_id = transitions.entry_id and transitions.arm is not null
    where passes.holdout is null

),

held_out as (

    select *, 'holdout' as step, case when holdout = 'local' then 'holdout' else 'treated' end as arm, entered_at as assigned_at
    from passes
    where coalesce(holdout, '') <> 'global'
    union all
    select *, 'company_holdout' as step, case when holdout = 'global' then 'holdout' else 'treated' end as arm, entered_at as assigned_at
    from passes

),

assigned as (

    select * from split_off
    union all
    select * from held_out

),

-- A customer who came again, or was merged of two, stays what they were first.
ranked as (

    select
        assigned.scenario,
        assigned.version,
        assigned.step,
        assigned.arm,
        assigned.customer_id,
        assigned.assigned_at,
        assigned.goal_until,
        row_number() over (partition by assigned.scenario, assigned.version, assigned.step, assigned.customer_id order by assigned.assigned_at, assigned.entry_id) as place,
        min(assigned.arm) over (partition by assigned.scenario, assigned.version, assigned.step, assigned.customer_id)
        <> max(assigned.arm) over (partition by assigned.scenario, assigned.version, assigned.step, assigned.customer_id) as is_mixed

    from assigned
    inner join experiments
        on assigned.scenario = experiments.scenario and assigned.version = experiments.version
        and assigned.step = experiments.step and assigned.arm = experiments.arm
    where assigned.assigned_at < experiments.ends_at or experiments.ends_at is null

),

assignments as (

    select scenario, version, step, arm, customer_id, assigned_at, goal_until, is_mixed, goal_until <= {{ run_at() }} as is_observed
    from ranked
    where place = 1

)

select * from assignments
