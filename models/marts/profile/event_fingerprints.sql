{{ config(materialized='fingerprints') }}

with

machine_reactions as (

    select * from {{ ref('int_reactions') }}
    where machine_rule is not null

),

hashed as (

    select
        {{ owner('stitched_events.customer_id') }} as customer_id,
        {{ row_hash(ref('stitched_events'), 'stitched_events', leave_out=['record_id', 'subject_type', 'subject_value', 'value', 'user_id', 'message_id'],
            also=['machine_reactions.machine_rule', 'stitched_events.occurred_at <= ' ~ run_at()]) }} as row_hash

    from {{ ref('stitched_events') }} as stitched_events
    left join machine_reactions on stitched_events.event_id = machine_reactions.event_id

)

select customer_id, sum(row_hash) as fingerprint
from hashed
group by customer_id
