-- A row stays per run: what a score was reckoned with can be looked up.
{{ config(materialized='incremental', unique_key=['run_at', 'currency'], on_schema_change='append_new_columns') }}

with

histories as (

    select * from {{ ref('purchase_histories') }}
    where sample = 'all' and currency is not null

),

buyers as (

    select currency, count(*) filter (where priced_count > 0) as repeat_buyer_count
    from histories
    group by currency

),

fitted as (

    select
        buyers.currency,
        buyers.repeat_buyer_count,
        fit_order_values({{ number_list('histories.priced_count', 'histories.customer_id') }}, {{ number_list('histories.repeat_amount', 'histories.customer_id') }}) as fit

    from buyers
    left join histories
        on buyers.currency = histories.currency and histories.priced_count > 0 and {{ is_drawn('histories.customer_id', 'buyers.repeat_buyer_count') }}
    group by buyers.currency, buyers.repeat_buyer_count

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
