with

histories as (

    select * from {{ ref('purchase_histories') }}
    where sample = 'all'

),

scores as (

    select * from {{ ref('purchase_scores') }}
    where sample = 'all'

),

order_values as (

    select * from {{ ref('order_value_models') }}
    where run_at = {{ run_at() }} and problem is null

),

scored as (

    select
        histories.customer_id,
        cast(scores.alive_probability as decimal(7, 6)) as alive_probability,
        cast(scores.no_purchase_probability as decimal(7, 6)) as churn_risk,
        cast(scores.expected_purchases as decimal(12, 6)) as expected_purchases,
        -- Fader and Hardie 2013, equation 5.
        cast(
            order_values.p * (order_values.v + histories.priced_count * coalesce(histories.repeat_amount, 0))
            / (order_values.p * histories.priced_count + order_values.q - 1) as decimal(18, 2)
        ) as expected_order_amount

    from histories
    left join scores
        on histories.frequency = scores.frequency and histories.recency_days = scores.recency_days and histories.age_days = scores.age_days
    left join order_values on histories.currency = order_values.currency

)

select
    *,
    cast(expected_purchases * expected_order_amount as decimal(18, 2)) as expected_value
from scored
