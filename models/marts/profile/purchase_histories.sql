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
        samples.*,
        purchase_days.customer_id,
        purchase_days.purchased_on,
        purchase_days.currency,
        purchase_days.amount,
        purchase_days.purchased_on > min(purchase_days.purchased_on) over (partition by samples.sample, purchase_days.customer_id) as is_repeat

    from samples
    inner join purchase_days on purchase_days.purchased_on <= samples.known_until

),

histories as (

    select
        sample,
        customer_id,
        known_until,
        horizon_days,
        currency,
        count(*) filter (where is_repeat) as frequency,
        cast({{ days_between('min(purchased_on)', 'max(purchased_on)') }} as bigint) as recency_days,
        cast({{ days_between('min(purchased_on)', 'known_until') }} as bigint) as age_days,
        count(*) filter (where is_repeat and amount > 0) as priced_count,
        cast(sum(amount) filter (where is_repeat and amount > 0) / count(*) filter (where is_repeat and amount > 0) as decimal(18, 2)) as repeat_amount

    from known
    group by sample, customer_id, known_until, horizon_days, currency

)

select * from histories
