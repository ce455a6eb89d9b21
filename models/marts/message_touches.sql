with

messages as (

    select
        asked.message_id, asked.scenario, asked.version, asked.step, asked.arm, asked.channel, asked.customer_id,
        goals.within_seconds, answers.sent_at, answers.opened_at, answers.clicked_at

    from {{ ref('asked_messages') }} as asked
    inner join {{ source('communications', 'goals') }} as goals on asked.scenario = goals.scenario and asked.version = goals.version
    inner join {{ ref('message_answers') }} as answers on asked.message_id = answers.message_id
    where not asked.is_phantom and answers.sent_at is not null and answers.bounced_at is null

),

met as (

    select * from {{ ref('met_goals') }}

),

touched as (

    select
        messages.*,
        met.event_id,
        met.value,
        met.currency,
        met.occurred_at as converted_at,
        row_number() over (partition by met.event_id order by messages.sent_at desc, messages.message_id) as place_from_last,
        count(*) over (partition by met.event_id) as touch_count

    from messages
    inner join met
        on messages.scenario = met.scenario and messages.version = met.version and messages.customer_id = met.customer_id
        and met.occurred_at > messages.sent_at
        and met.occurred_at <= {{ seconds_later('messages.sent_at', 'messages.within_seconds') }}

),

touches as (

    select

        ---------- ids
        event_id,
        message_id,
        customer_id,

        ---------- strings
        scenario,
        version,
        step,
        arm,
        channel,
        currency,

        ---------- numerics
        cast(value as decimal(18, 2)) as value,
        cast(case when place_from_last = 1 then 1 else 0 end as double) as last_share,
        1.0 / cast(touch_count as double) as equal_share,

        ---------- booleans
        coalesce(opened_at < converted_at, false) as has_opened,
        coalesce(clicked_at < converted_at, false) as has_clicked,

        ---------- timestamps
        sent_at as touched_at,
        converted_at

    from touched

)

select * from touches
