{% set limits = var('experiments') -%}
{% set experiment = 'scenario, version, step' -%}

with

arms as (

    select
        *,
        -- Final once everybody who entered before the planned end has had the time of the goal.
        coalesce(ends_at <= {{ run_at() }} and sum(assigned_count - observed_count) over (partition by {{ experiment }}) = 0, false) as is_final

    from {{ ref('experiment_arms') }}

),

-- Whether the sizes of the arms can be chance (Pearson), per experiment and metric, which all have the same customers.
mismatches as (

    select
        scenario, version, step, metric, currency,
        chi_square_p(
            cast(sum((assigned_count - share * everybody) * (assigned_count - share * everybody) / (share * everybody)) as double),
            cast(count(*) - 1 as double)
        ) as sample_ratio_p

    from (select *, sum(assigned_count) over (partition by scenario, version, step, metric, currency) as everybody from arms) as sized
    where everybody > 0 and share > 0
    group by scenario, version, step, metric, currency

),

compared as (

    select
        arms.*,
        control.observed_count as control_observed_count,
        coalesce(arms.variance_before, 0) + coalesce(control.variance_before, 0) > 0 as is_adjusted,
        2.8 * sqrt(arms.variance / nullif(arms.observed_count, 0) + control.variance / nullif(control.observed_count, 0)) as detectable_difference,
        case when not arms.is_control then compare_arms(
            [control.observed_count, control.mean, control.variance, control.mean_before, control.variance_before, control.covariance],
            [arms.observed_count, arms.mean, arms.variance, arms.mean_before, arms.variance_before, arms.covariance],
            {{ limits.alpha }}, case when arms.is_final then null else {{ limits.tuned_for }} end
        ) end as told

    from arms
    inner join arms as control
        on control.is_control and arms.scenario = control.scenario and arms.version = control.version and arms.step = control.step
        and arms.metric = control.metric and arms.currency is not distinct from control.currency

),

-- Holm's: of several comparisons of one experiment each is judged by how many there are.
placed as (

    select
        *,
        count(told.p) over (partition by {{ experiment }}) as comparisons,
        row_number() over (partition by {{ experiment }} order by told.p nulls last, metric, currency nulls first, arm) as place

    from compared

),

adjusted as (

    select
        placed.*,
        case when told.p is not null then max(least(1.0, (comparisons - place + 1) * told.p)) over (
            partition by placed.scenario, placed.version, placed.step order by place rows between unbounded preceding and current row
        ) end as p_adjusted,
        mismatches.sample_ratio_p,
        coalesce(mismatches.sample_ratio_p < {{ limits.mismatch_below }}, false) as has_sample_ratio_mismatch

    from placed
    left join mismatches
        on placed.scenario = mismatches.scenario and placed.version = mismatches.version and placed.step = mismatches.step
        and placed.metric = mismatches.metric and placed.currency is not distinct from mismatches.currency

),

results as (

    select

        ---------- what
        scenario,
        version,
        step,
        arm,
        metric,
        currency,

        ---------- the arm
        assigned_count,
        observed_count,
        cast(mixed_count as bigint) as mixed_count,
        share,
        mean as value,

        ---------- against the control
        told.difference,
        told.difference_low,
        told.difference_high,
        told.relative as relative_difference,
        told.relative_low as relative_difference_low,
        told.relative_high as relative_difference_high,
        told.p,
        p_adjusted,
        case when not is_control then detectable_difference end as detectable_difference,
        case when is_control then null when is_final then 'fixed_horizon' else 'always_valid' end as interval_kind,
        sample_ratio_p,
        case
            when is_control then 'control'
            when has_sample_ratio_mismatch then 'not_to_be_trusted'
            when told.p is null or least(observed_count, control_observed_count) < {{ limits.least_customers }} then 'too_early'
            when p_adjusted < {{ limits.alpha }} then case when told.difference > 0 then 'better' else 'worse' end
            when is_final then 'no_difference_found'
            else 'too_early'
        end as verdict,

        ---------- booleans
        is_control,
        is_adjusted and not is_control as is_adjusted,
        has_sample_ratio_mismatch,
        is_final,

        ---------- timestamps
        ends_at

    from adjusted

)

select * from results
