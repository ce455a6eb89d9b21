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

    -- Records of whom a source says that they were made after the run: the first touch is theirs only when the day has come.
    union all

    select record_customers.customer_id, hash(hash(int_records.record_id)) as row_hash
    from {{ ref('int_records') }} as int_records
    inner join {{ source('identity', 'record_customers') }} as record_customers on int_records.record_id = record_customers.record_id
    where int_records.source_created_at > {{ run_at() }}

)

select customer_id, sum(row_hash) as fingerprint
from hashed
group by customer_id
