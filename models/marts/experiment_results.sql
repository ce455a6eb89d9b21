{% set limits = var('experiments') -%}

with

comparisons as (

    select * from {{ ref('experiment_comparisons') }}

),

-- Holm's: of several comparisons of one experiment each is judged by how many there are.
placed as (

    select
        *,
        count(told.p) over (partition by scenario, version, step) as comparison_count,
        row_number() over (partition by scenario, version, step order by told.p nulls last, metric, currency nulls first, arm) as place

    from comparisons

),

adjusted as (

    select
        *,
        case when told.p is not null then max(least(1.0, (comparison_count - place + 1) * told.p)) over (
            partition by scenario, version, step order by place rows between unbounded preceding and current row
        ) end as p_adjusted,
        coalesce(sample_ratio_p < {{ limits.mismatch_below }}, false) as has_sample_ratio_mismatch

    from placed

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
            when told.p is null then 'too_early'
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
