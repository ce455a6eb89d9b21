{% set limits = var('experiments') -%}

with

arms as (

    select
        *,
        -- Final once everybody who entered before the planned end has had the time of the goal.
        coalesce(ends_at <= {{ run_at() }} and sum(assigned_count - observed_count) over (partition by scenario, version, step) = 0, false) as is_final

    from {{ ref('experiment_arms') }}

),

-- Whether the sizes of the arms can be chance (Pearson), per experiment and metric, which all have the same customers.
mismatches as (

    select
        scenario, version, step, metric, currency,
        round(chi_square_p(
            cast(sum((assigned_count - share * everybody) * (assigned_count - share * everybody) / (share * everybody)) as double),
            cast(count(*) - 1 as double)
        ), 7) as sample_ratio_p

    from (select *, sum(assigned_count) over (partition by scenario, version, step, metric, currency) as everybody from arms) as sized
    where everybody > 0 and share > 0
    group by scenario, version, step, metric, currency

),

comparisons as (

    select
        arms.scenario, arms.version, arms.step, arms.arm, arms.metric, arms.currency, arms.is_control, arms.is_final, arms.ends_at,
        arms.share, arms.assigned_count, arms.observed_count, arms.mixed_count, arms.mean,
        mismatches.sample_ratio_p,
        coalesce(arms.variance_before, 0) + coalesce(control.variance_before, 0) > 0 as is_adjusted,
        round(2.8 * sqrt(arms.variance / nullif(arms.observed_count, 0) + control.variance / nullif(control.observed_count, 0)), 4) as detectable_difference,
        -- With too few customers no interval holds what it promises.
        case when not arms.is_control and least(arms.observed_count, control.observed_count) >= {{ limits.least_customers }} then compare_arms(
            [control.observed_count, control.mean, control.variance, control.mean_before, control.variance_before, control.covariance],
            [arms.observed_count, arms.mean, arms.variance, arms.mean_before, arms.variance_before, arms.covariance],
            {{ limits.alpha }}, case when arms.is_final then null else {{ limits.tuned_for }} end
        ) end as told

    from arms
    inner join arms as control
        on control.is_control and arms.scenario = control.scenario and arms.version = control.version and arms.step = control.step
        and arms.metric = control.metric and arms.currency is not distinct from control.currency
    left join mismatches
        on arms.scenario = mismatches.scenario and arms.version = mismatches.version and arms.step = mismatches.step
        and arms.metric = mismatches.metric and arms.currency is not distinct from mismatches.currency

)

select * from comparisons
