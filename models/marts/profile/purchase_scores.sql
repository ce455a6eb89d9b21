with

models as (

    select * from {{ ref('purchase_rate_models') }}
    where run_at = {{ run_at() }} and problem is null

),

-- Customers with the same history have the same future.
kinds as (

    select distinct sample, frequency, recency_days, age_days, horizon_days
    from {{ ref('purchase_histories') }}

),

scored as (

    select
        kinds.*,
        score_purchases(
            cast(kinds.frequency as double), cast(kinds.recency_days as double), cast(kinds.age_days as double), cast(kinds.horizon_days as double),
            models.r, models.alpha, models.a, models.b
        ) as score

    from kinds
    inner join models on kinds.sample = models.sample

)

select
    sample,
    frequency,
    recency_days,
    age_days,
    horizon_days,
    score.alive_probability as alive_probability,
    score.expected_purchases as expected_purchases,
    score.no_purchase_probability as no_purchase_probability
from scored
