with

traits as (

    select
        record_id,
        case when entity = 'user' then source_key end as user_id,
        case when entity = 'anonymous' then source_key end as anonymous_id,
        email,
        phone,
        occurred_at as first_seen_at,
        {{ phone_region('segment') }} as phone_region
    from {{ ref('stg_segment__traits') }}

),

seen_together as (

    select person_id as record_id, anonymous_id, min(occurred_at) as first_seen_at
    from {{ ref('stg_segment__messages') }}
    where user_id is not null and anonymous_id is not null
    group by person_id, anonymous_id

),

-- `alias` says in so many words that the earlier id is the same person; usually it is an anonymous one.
aliased as (

    select person_id as record_id, previous_id as anonymous_id, min(occurred_at) as first_seen_at
    from {{ ref('stg_segment__messages') }}
    where message_type = 'alias' and user_id is not null
        and previous_id is not null and previous_id not in (select source_key from {{ ref('stg_segment__traits') }} where entity = 'user')
    group by person_id, previous_id

),

together as (

    select record_id, anonymous_id, min(first_seen_at) as first_seen_at
    from (select * from seen_together union all select * from aliased) as pairs
    group by record_id, anonymous_id

),

-- A browser that two accounts used says nothing about who is who.
own_browsers as (

    select anonymous_id from together
    group by anonymous_id
    having count(*) = 1

),

identifiers as (

    select
        together.record_id, cast(null as varchar) as user_id, together.anonymous_id, cast(null as varchar) as email, cast(null as varchar) as phone,
        together.first_seen_at, cast(null as varchar) as phone_region
    from together
    inner join own_browsers on together.anonymous_id = own_browsers.anonymous_id
    union all
    select record_id, user_id, anonymous_id, email, phone, first_seen_at, phone_region from traits

)

{{ identifiers_from('identifiers', 'segment', [
    {'type': 'user_id', 'column': 'user_id'},
    {'type': 'anonymous_id', 'column': 'anonymous_id'},
    {'type': 'email', 'column': 'email'},
    {'type': 'phone', 'column': 'phone'},
]) }}
