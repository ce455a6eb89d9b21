-- A row stays per run: what a score was reckoned with can be looked up.
{{ config(materialized='incremental', unique_key=['run_at', 'sample'], on_schema_change='append_new_columns') }}

with

kinds as (

    select sample, frequency, recency_days, age_days, count(*) as customer_count
    from {{ ref('purchase_histories') }}
    group by sample, frequency, recency_days, age_days

),

samples as (

    select 'all' as sample
    union all
    select 'before_holdout'

),

fitted as (

    select
        samples.sample,
        coalesce(sum(kinds.customer_count), 0) as buyer_count,
        coalesce(sum(case when kinds.frequency > 0 then kinds.customer_count end), 0) as repeat_buyer_count,
        {% set order_by = 'kinds.frequency, kinds.recency_days, kinds.age_days' -%}
        fit_purchase_rates(
            {% for column in ['frequency', 'recency_days', 'age_days', 'customer_count'] -%}
            coalesce({{ number_list('kinds.' ~ column, order_by) }} filter (where kinds.sample is not null), []){{ ',' if not loop.last }}
            {% endfor -%}
        ) as fit

    from samples
    left join kinds on samples.sample = kinds.sample
    group by samples.sample

)

select
    {{ run_at() }} as run_at,
    sample,
    cast(buyer_count as bigint) as buyer_count,
    cast(repeat_buyer_count as bigint) as repeat_buyer_count,
    round(fit.r, 6) as r,
    round(fit.alpha, 6) as alpha,
    round(fit.a, 6) as a,
    round(fit.b, 6) as b,
    fit.problem as problem
from fitted
