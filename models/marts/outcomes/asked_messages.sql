with

decisions as (

    select * from {{ source('communications', 'decisions') }}

),

transitions as (

    select entry_id, position, step, visit, left_at, arm from {{ source('communications', 'transitions') }}

),

outbox as (

    select message_id, is_phantom, expires_at from {{ source('communications', 'outbox') }}

),

cancellations as (

    select message_id, min(reason) as reason from {{ source('communications', 'cancellations') }}
    group by message_id

),

-- The arm of the last split before the message. The message that a control stands beside (visit 0) was asked for by the split itself.
arms as (

    select decisions.message_id, max_by(splits.arm, splits.position) as arm

    from decisions
    left join transitions as sends on decisions.entry_id = sends.entry_id and decisions.step = sends.step and decisions.visit = sends.visit
    inner join transitions as splits
        on decisions.entry_id = splits.entry_id and splits.arm is not null
        and splits.left_at <= decisions.due_at and (sends.position is null or splits.position < sends.position)
    group by decisions.message_id

),

asked as (

    select

        ---------- ids
        decisions.message_id,
        decisions.entry_id,
        passes.customer_id,

        ---------- strings
        decisions.scenario,
        decisions.version,
        decisions.step,
        decisions.visit,
        arms.arm,
        passes.holdout,
        decisions.channel,
        decisions.reason,
        decisions.detail,
        cancellations.reason as recall_reason,

        ---------- booleans
        outbox.message_id is not null as is_planned,
        coalesce(outbox.is_phantom, passes.holdout is not null or decisions.visit = 0) as is_phantom,

        ---------- timestamps
        decisions.due_at,
        outbox.expires_at

    from decisions
    inner join {{ ref('passes') }} as passes on decisions.entry_id = passes.entry_id
    left join arms on decisions.message_id = arms.message_id
    left join outbox on decisions.message_id = outbox.message_id
    left join cancellations on decisions.message_id = cancellations.message_id

)

select * from asked
