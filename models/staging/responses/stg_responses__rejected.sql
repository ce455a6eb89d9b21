with

known as (

    select _file_id, _line, table_name, kind, raw_value, channel from {{ ref('stg_responses__answers') }}

),

rejected as (

    select
        table_name, _file_id, _line,
        case
            when line_id is null then 'no id'
            when kind is null then 'nothing that says what happened'
            else 'an answer of a kind that Svod does not use'
        end as reason
    from {{ ref('stg_responses__parsed') }}
    where
        line_id is null or kind is null
        or kind not in ('sent', 'failed', 'delivered', 'opened', 'clicked', 'bounced', 'deferred', 'complained', 'unsubscribed', 'resubscribed', 'replied')

    union all

    select table_name, _file_id, _line, 'about no message that is known' as reason
    from known
    where kind <> 'failed' and (raw_value is null or channel is null)

)

select 'responses' as source, table_name, _file_id, _line, reason from rejected
