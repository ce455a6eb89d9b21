-- A row stays per run: what a score was reckoned with can be looked up.
{{ config(materialized='incremental', unique_key=['run_at', 'currency'], on_schema_change='append_new_columns') }}

with

histories as (

    select * from {{ ref('purchase_histories') }}
    where sample = 'all' and currency is not null

),

fitted as (

    select
        currency,
        count(*) filter (where priced_count > 0) as repeat_buyer_count,
        fit_order_values(
            {{ number_list('priced_count', 'customer_id') }},
            {{ number_list('coalesce(repeat_amount, 0)', 'customer_id') }}
        ) as fit

    from histories
    group by currency

)

select
    {{ run_at() }} as run_at,
    currency,
    repeat_buyer_count,
    round(fit.p, 6) as p,
    round(fit.q, 6) as q,
    round(fit.v, 6) as v,
    fit.problem as problem
from fitted
