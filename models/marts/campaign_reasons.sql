with

asked as (

    select * from {{ ref('asked_messages') }}

),

answers as (

    select message_id, sent_at, bounced_at from {{ ref('message_answers') }}

),

attempts as (

    select message_id, max_by(outcome, attempt) as outcome, max_by(case when code is null or code = 'unwritten' then diagnostic end, attempt) as diagnostic
    from {{ source('communications', 'attempts') }}
    where mode = 'live'
    group by message_id

),

-- What could not be written, or should not by the word of its template, no provider has seen. What waits for its template to be mended is deferred.
unwritten as (

    select message_id, regexp_extract(diagnostic, '^[a-z_]+') as reason, nullif(regexp_extract(diagnostic, '^[a-z_]+: (.*)$', 1), '') as detail
    from attempts
    where outcome in ('failed', 'deferred') and (diagnostic in ('render_error', 'skipped') or diagnostic like 'render_error: %' or diagnostic like 'skipped: %')

),

-- The first thing that stood in the way, in the order in which things can.
stopped as (

    select
        asked.*,
        unwritten.detail as unwritten_detail,
        case
            when asked.is_phantom and asked.visit = 0 then 'control'
            when asked.reason <> 'eligible' then asked.reason
            when asked.recall_reason = 'expired' and unwritten.reason is not null then unwritten.reason
            when asked.recall_reason is not null then asked.recall_reason
            when answers.bounced_at is not null then 'bounced'
            when answers.sent_at is not null then 'sent'
            when unwritten.reason is not null then unwritten.reason
            when attempts.outcome in ('failed', 'unknown') then attempts.outcome
            when asked.expires_at <= {{ run_at() }} then 'expired'
            else 'waiting'
        end as outcome

    from asked
    left join answers on asked.message_id = answers.message_id
    left join attempts on asked.message_id = attempts.message_id
    left join unwritten on asked.message_id = unwritten.message_id

),

reasons as (

    select
        scenario,
        version,
        step,
        outcome as reason,
        case when outcome in ('render_error', 'skipped') then unwritten_detail when outcome = reason then detail end as detail,
        case
            when outcome in ('sent', 'waiting', 'control', 'bounced', 'failed', 'unknown') then outcome
            when outcome in ('local_holdout', 'global_holdout') then 'control'
            when outcome = reason or outcome in ('render_error', 'skipped') then 'held_back'
            else 'called_back'
        end as stage,
        count(*) as messages_count,
        count(distinct customer_id) as customers_count

    from stopped
    group by 1, 2, 3, 4, 5, 6

)

select * from reasons
