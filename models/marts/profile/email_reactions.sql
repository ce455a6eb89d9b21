{{ config(materialized='by_customer') }}
{{ follows('event_fingerprints') }}
with

reactions as (

    select event_id, customer_id, event_name, occurred_at
    from {{ ref('stitched_events') }}
    where event_name in ('email_opened', 'email_clicked') and {{ is_changed('customer_id') }}

)

select
    reactions.event_id,
    reactions.customer_id,
    reactions.event_name,
    reactions.occurred_at,
    int_reactions.machine_rule
from reactions
left join {{ ref('int_reactions') }} as int_reactions on reactions.event_id = int_reactions.event_id
