with

asked as (

    select
        asked_messages.*,
        -- Of several messages of one pass the first stands for what the pass came to.
        row_number() over (partition by entry_id, step order by due_at, message_id) as place_in_pass

    from {{ ref('asked_messages') }} as asked_messages

),

conversions as (

    select * from {{ ref('pass_conversions') }}

),

currencies as (

    select scenario, version, currency from (
        select
            scenario, version, currency,
            row_number() over (partition by scenario, version order by count(*) desc, currency) as place

        from conversions
        where currency is not null
        group by scenario, version, currency
    ) as ranked
    where place = 1

),

converted as (

    select
        asked.message_id,
        sum(case when conversions.currency = currencies.currency then conversions.value end) as revenue,
        count(*) as conversions_count

    from asked
    inner join conversions on asked.entry_id = conversions.entry_id and conversions.converted_at > asked.due_at
    left join currencies on asked.scenario = currencies.scenario and asked.version = currencies.version
    where asked.place_in_pass = 1
    group by asked.message_id

),

touched as (

    select
        touches.message_id,
        sum(touches.last_share) as last_touch_count,
        sum(touches.equal_share) as shared_touch_count,
        sum(case when touches.currency = currencies.currency then touches.value * touches.last_share end) as last_touch_revenue,
        sum(case when touches.currency = currencies.currency then touches.value * touches.equal_share end) as shared_touch_revenue

    from {{ ref('message_touches') }} as touches
    left join currencies on touches.scenario = currencies.scenario and touches.version = currencies.version
    group by touches.message_id

),

results as (

    select

        ---------- what
        asked.scenario,
        asked.version,
        asked.step,
        asked.arm,
        asked.holdout,
        cast(asked.due_at as date) as day,
        max(currencies.currency) as currency,

        ---------- people
        count(distinct asked.customer_id) as assigned_count,
        count(distinct case when asked.is_planned then asked.customer_id end) as eligible_count,
        count(distinct case when converted.message_id is not null then asked.customer_id end) as converted_count,

        ---------- messages
        count(answers.sent_at) as sent_count,
        count(answers.delivered_at) as delivered_count,
        count(answers.opened_at) as opened_count,
        count(answers.opened_by_machine_at) as opened_by_machine_count,
        count(answers.clicked_at) as clicked_count,
        count(answers.clicked_by_machine_at) as clicked_by_machine_count,
        count(answers.unsubscribed_at) as unsubscribed_count,
        count(answers.complained_at) as complained_count,
        count(answers.bounced_at) as bounced_count,

        ---------- worth
        cast(coalesce(sum(converted.conversions_count), 0) as bigint) as conversions_count,
        cast(coalesce(sum(converted.revenue), 0) as decimal(18, 2)) as revenue,
        cast(coalesce(sum(converted.revenue), 0) / count(distinct asked.customer_id) as decimal(18, 2)) as revenue_per_assigned,
        cast(coalesce(sum(touched.last_touch_count), 0) as double) as last_touch_count,
        cast(coalesce(sum(touched.shared_touch_count), 0) as double) as shared_touch_count,
        cast(coalesce(sum(touched.last_touch_revenue), 0) as decimal(18, 2)) as last_touch_revenue,
        cast(coalesce(sum(touched.shared_touch_revenue), 0) as decimal(18, 2)) as shared_touch_revenue

    from asked
    left join {{ ref('message_answers') }} as answers on asked.message_id = answers.message_id and not asked.is_phantom
    left join converted on asked.message_id = converted.message_id
    left join touched on asked.message_id = touched.message_id
    left join currencies on asked.scenario = currencies.scenario and asked.version = currencies.version
    group by grouping sets (
        (asked.scenario, asked.version, asked.step, asked.arm, asked.holdout, cast(asked.due_at as date)),
        (asked.scenario, asked.version, asked.step, asked.arm, asked.holdout)
    )

)

select * from results
