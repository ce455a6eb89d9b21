with

seen_together as (

    select user_id, user_pseudo_id as client_id, min(occurred_at) as first_seen_at
    from {{ ref('stg_ga4__current_events') }}
    where user_id is not null
    group by user_id, user_pseudo_id

),

-- A browser that two accounts used says nothing about who is who.
client_holders as (

    select client_id, count(*) as holder_count
    from seen_together
    where client_id is not null
    group by client_id

),

identifiers as (

    select user_id, 'user_id' as identifier_type, user_id as raw_value, min(first_seen_at) as first_seen_at
    from seen_together
    group by user_id
    union all
    select user_id, 'ga_client_id' as identifier_type, client_id as raw_value, first_seen_at
    from seen_together
    inner join client_holders using (client_id)
    where holder_count = 1

)

select
    'ga4:user:' || user_id as record_id,
    'ga4' as source,
    identifier_type,
    raw_value,
    cast(null as varchar) as label,
    cast(null as varchar) as phone_region,
    false as is_verified,
    first_seen_at
from identifiers
