with

lines as (

    select * from {{ ref('stg_responses__parsed') }}
    where
        line_id is not null
        and kind in ('sent', 'failed', 'delivered', 'opened', 'clicked', 'bounced', 'deferred', 'complained', 'unsubscribed', 'resubscribed', 'replied')
        and _file_id in (select file_id from {{ source('landing', 'files') }} where source = 'responses' and status = 'loaded')

),

-- A delivery that was killed brings lines again, and so does a provider that got no answer.
latest as (

    {{ latest_per('lines', 'line_id', 'occurred_at, _file_id, _line, table_name') }}

)

select * from latest
