with

undeliverable as (

    select
        *,
        case
            when event_name = 'email_bounced_hard' then 'hard_bounce'
            when event_name = 'email_complained' then 'complaint'
            when event_name = 'email_dropped' and lower(reason) like 'invalid%' then 'invalid'
        end as suppression_reason
    from {{ ref('stg_esp__classified_events') }}

)

select
    event_id as suppression_id,
    'esp' as source,
    {{ empty_columns(suppression_columns(), ['record_id']) }},
    'email' as identifier_type,
    email as raw_value,
    'email' as channel,
    suppression_reason as reason,
    occurred_at,
    _file_id,
    _line,
    _load_id
from undeliverable
where suppression_reason is not null
