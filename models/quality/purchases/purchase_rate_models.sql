-- A row stays per run: what a score was reckoned with can be looked up.
{{ config(materialized='incremental', unique_key=['run_at', 'sample'], on_schema_change='append_new_columns') }}

with

histories as (

    select * from {{ ref('purchase_histories') }}

),

buyers as (

    select
        sample,
        count(*) as buyer_count,
        count(*) filter (where frequency > 0) as repeat_buyer_count
    from histories
    group by sample

),

kinds as (

    select histories.sample, histories.frequency, histories.recency_days, histories.age_days, count(*) as customer_count
    from histories
    inner join buyers on histories.sample = buyers.sample
    where {{ is_drawn('histories.customer_id', 'buyers.buyer_count') }}
    group by histories.sample, histories.frequency, histories.recency_days, histories.age_days

),

samples as (

    select 'all' as sample
    union all
    select 'before_holdout'

),

fitted as (

    select
        samples.sample,
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
    fitted.sample,
    coalesce(buyers.buyer_count, 0) as buyer_count,
    coalesce(buyers.repeat_buyer_count, 0) as repeat_buyer_count,
    round(fit.r, 6) as r,
    round(fit.alpha, 6) as alpha,
    round(fit.a, 6) as a,
    round(fit.b, 6) as b,
    fit.problem as problem
from fitted
left join buyers on fitted.sample = buyers.sample
