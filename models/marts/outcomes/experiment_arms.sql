with

experiments as (

    select * from {{ source('communications', 'experiments') }}

),

assignments as (

    select * from {{ ref('experiment_assignments') }}

),

outcomes as (

    select * from {{ ref('experiment_outcomes') }}

),

measures as (

    select scenario, version, 'converted' as metric, cast(null as string) as currency from {{ source('communications', 'goals') }}
    union all
    select distinct scenario, version, metric, currency from outcomes
    where metric = 'revenue'

),

measured as (

    select
        experiments.*,
        measures.metric,
        measures.currency,
        assignments.customer_id,
        assignments.is_observed,
        assignments.is_mixed,
        case when assignments.is_observed then coalesce(outcomes.value, 0) end as value,
        case when assignments.is_observed then coalesce(outcomes.value_before, 0) end as value_before

    from experiments
    inner join measures on experiments.scenario = measures.scenario and experiments.version = measures.version
    left join assignments
        on experiments.scenario = assignments.scenario and experiments.version = assignments.version
        and experiments.step = assignments.step and experiments.arm = assignments.arm
    left join outcomes
        on assignments.scenario = outcomes.scenario and assignments.version = outcomes.version and assignments.step = outcomes.step
        and assignments.customer_id = outcomes.customer_id and measures.metric = outcomes.metric
        and measures.currency is not distinct from outcomes.currency

),

arms as (

    select
        scenario,
        version,
        step,
        arm,
        is_control,
        share,
        ends_at,
        metric,
        currency,
        count(customer_id) as assigned_count,
        count(value) as observed_count,
        sum(case when is_mixed then 1 else 0 end) as mixed_count,
        sum(value) as total,
        avg(value) as mean,
        var_samp(value) as variance,
        avg(value_before) as mean_before,
        var_samp(value_before) as variance_before,
        covar_samp(value, value_before) as covariance

    from measured
    group by scenario, version, step, arm, is_control, share, ends_at, metric, currency

)

select * from arms
