with

-- Only what blames the recipient: a blocked sender or a full mailbox says nothing of the address. A report about nothing that was sent may be forged,
-- and so may a mail that names only the address: anybody can write one. Lines come from our own sender and from webhooks that their provider signed.
undeliverable as (

    select * from {{ ref('stg_responses__answers') }}
    where
        message_id is not null and (matched_by in ('message', 'provider') or table_name = 'lines')
        and (kind = 'complained' or (kind = 'bounced' and bounce_category = 'recipient'))

)

select
    event_id as suppression_id,
    'responses' as source,
    {{ empty_columns(suppression_columns(), ['record_id']) }},
    identifier_type,
    raw_value,
    channel,
    case when kind = 'complained' then 'complaint' else 'hard_bounce' end as reason,
    occurred_at,
    _file_id,
    _line,
    _load_id
from undeliverable
