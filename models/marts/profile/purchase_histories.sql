with

purchase_days as (

    select * from {{ ref('purchase_days') }}

),

-- The last third of the purchases, 90 days at most, is held out to see whether the model foretells it.
held_out as (

    select
        cast({{ run_at() }} as date) as today,
        cast(least(90, {{ days_between('percentile_disc(0.6667) within group (order by purchased_on)', run_at()) }}) as integer) as holdout_days
    from purchase_days

),

samples as (

    select 'all' as sample, today as known_until, {{ var('expected_days') }} as horizon_days from held_out
    union all
    select 'before_holdout', cast({{ dbt.dateadd('day', '-holdout_days', 'today') }} as date), holdout_days from held_out

),

known as (

    select
        samples.sample,
        samples.known_until,
        samples.horizon_days,
        purchase_days.customer_id,
        purchase_days.currency,
        count(*) as day_count,
        min(purchase_days.purchased_on) as first_on,
        max(purchase_days.purchased_on) as last_on,
        count(*) filter (where purchase_days.amount > 0) as priced_count,
        sum(purchase_days.amount) filter (where purchase_days.amount > 0) as priced_amount,
        min_by(coalesce(purchase_days.amount, 0), purchase_days.purchased_on) as first_amount

    from samples
    inner join {{ ref('purchase_days') }} as purchase_days on purchase_days.purchased_on <= samples.known_until
    group by samples.sample, samples.known_until, samples.horizon_days, purchase_days.customer_id, purchase_days.currency

),

-- The first purchase made the customer and repeats nothing.
repeated as (

    select
        *,
        priced_count - case when first_amount > 0 then 1 else 0 end as repeat_count,
        priced_amount - case when first_amount > 0 then first_amount else 0 end as repeat_sum

    from known

),

histories as (

    select
        sample,
        customer_id,
        known_until,
        horizon_days,
        currency,
        day_count - 1 as frequency,
        cast({{ days_between('first_on', 'last_on') }} as bigint) as recency_days,
        cast({{ days_between('first_on', 'known_until') }} as bigint) as age_days,
        repeat_count as priced_count,
        cast(repeat_sum / nullif(repeat_count, 0) as decimal(18, 2)) as repeat_amount

    from repeated

)

select * from histories
