{% set days_before = var('experiments').days_before -%}

with

assignments as (

    select * from {{ ref('experiment_assignments') }}

),

met as (

    select * from {{ ref('met_goals') }}

),

-- What the customer did after the assignment, and before it for the same kind of thing.
done as (

    select
        assignments.scenario,
        assignments.version,
        assignments.step,
        assignments.customer_id,
        met.currency,
        met.occurred_at > assignments.assigned_at as is_after,
        met.value

    from assignments
    inner join met
        on assignments.scenario = met.scenario and assignments.version = met.version and assignments.customer_id = met.customer_id
        and met.occurred_at > {{ seconds_later('assignments.assigned_at', -86400 * days_before) }} and met.occurred_at <= assignments.goal_until
    where assignments.is_observed

),

counted as (

    select
        scenario, version, step, customer_id, 'converted' as metric, cast(null as string) as currency,
        cast(max(case when is_after then 1 else 0 end) as double) as value,
        cast(sum(case when is_after then 0 else 1 end) as double) as value_before

    from done
    group by scenario, version, step, customer_id

),

earned as (

    select
        scenario, version, step, customer_id, 'revenue' as metric, currency,
        cast(coalesce(sum(case when is_after then value end), 0) as double) as value,
        cast(coalesce(sum(case when is_after then null else value end), 0) as double) as value_before

    from done
    where currency is not null
    group by scenario, version, step, customer_id, currency

),

outcomes as (

    select * from counted
    union all
    select * from earned

)

select * from outcomes
