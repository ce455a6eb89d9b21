with

foretold as (

    select
        histories.customer_id,
        histories.known_until,
        histories.horizon_days,
        cast(scores.expected_purchases as decimal(12, 6)) as expected_purchases

    from {{ ref('purchase_histories') }} as histories
    inner join {{ ref('purchase_scores') }} as scores
        on histories.sample = scores.sample and histories.frequency = scores.frequency
        and histories.recency_days = scores.recency_days and histories.age_days = scores.age_days
    where histories.sample = 'before_holdout'

),

came as (

    select
        foretold.customer_id,
        foretold.horizon_days,
        foretold.expected_purchases,
        count(purchase_days.purchased_on) as actual_purchases

    from foretold
    left join {{ ref('purchase_days') }} as purchase_days
        on foretold.customer_id = purchase_days.customer_id and purchase_days.purchased_on > foretold.known_until
    group by foretold.customer_id, foretold.horizon_days, foretold.expected_purchases

),

tenths as (

    select *, ntile(10) over (order by expected_purchases, customer_id) as decile from came

)

select
    cast(decile as integer) as decile,
    max(horizon_days) as holdout_days,
    count(*) as customer_count,
    cast(avg(expected_purchases) as decimal(12, 4)) as expected_purchases,
    cast(avg(actual_purchases) as decimal(12, 4)) as actual_purchases
from tenths
group by decile
