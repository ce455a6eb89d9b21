{{ config(materialized='fingerprints') }}

with

hashed as (

    select {{ owner('customer_id') }} as customer_id, hash(hash(stitched_by, content)) as row_hash
    from {{ ref('event_owners') }}

    -- Of opens and clicks, whose they are thought to be.
    union all

    select {{ owner('stitched_events.customer_id') }} as customer_id, hash(hash(int_reactions.event_id, int_reactions.machine_rule)) as row_hash
    from {{ ref('stitched_events') }} as stitched_events
    inner join {{ ref('int_reactions') }} as int_reactions on stitched_events.event_id = int_reactions.event_id
    where int_reactions.machine_rule is not null

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
