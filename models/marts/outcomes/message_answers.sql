with

interactions as (

    select * from {{ ref('int_interactions') }}
    where message_id is not null and occurred_at <= {{ run_at() }}

),

accepted as (

    select message_id, coalesce(finished_at, started_at) as occurred_at
    from {{ source('communications', 'attempts') }}
    where mode = 'live' and outcome = 'accepted' and coalesce(finished_at, started_at) <= {{ run_at() }}

),

told as (

    select message_id, kind, is_machine, occurred_at from interactions
    union all
    select message_id, 'sent' as kind, false as is_machine, occurred_at from accepted

),

answers as (

    select
        message_id,
        min(case when kind = 'sent' then occurred_at end) as sent_at,
        min(case when kind = 'delivered' then occurred_at end) as delivered_at,
        min(case when kind = 'opened' and not is_machine then occurred_at end) as opened_at,
        min(case when kind = 'opened' and is_machine then occurred_at end) as opened_by_machine_at,
        min(case when kind = 'clicked' and not is_machine then occurred_at end) as clicked_at,
        min(case when kind = 'clicked' and is_machine then occurred_at end) as clicked_by_machine_at,
        min(case when kind = 'bounced' then occurred_at end) as bounced_at,
        min(case when kind = 'complained' then occurred_at end) as complained_at,
        min(case when kind = 'unsubscribed' then occurred_at end) as unsubscribed_at

    from told
    group by message_id

)

select * from answers
