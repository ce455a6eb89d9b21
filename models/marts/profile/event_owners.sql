with

record_customers as (

    select * from {{ source('identity', 'record_customers') }}
    where record_id in (select record_id from {{ ref('int_events') }})

),

owners as (

    select * from {{ ref('identifier_owners') }}

),

accounts as (

    select * from owners
    where identifier_type = 'user_id'

),

-- Events that name the same record, account and visitor are the same customer's, so that whose they are is asked once for all of them.
-- What differs most stands first in the group: there two of them are told apart soonest.
named as (

    select
        record_id,
        user_id,
        subject_type,
        value,
        sum({{ row_hash(ref('int_events'), 'int_events', leave_out=['record_id', 'subject_type', 'subject_value', 'value', 'user_id', 'message_id'],
            also=['int_events.occurred_at <= ' ~ run_at()]) }}) as content

    from {{ ref('int_events') }} as int_events
    group by value, user_id, record_id, subject_type

)

select
    named.*,
    coalesce(record_customers.customer_id, accounts.customer_id, owners.customer_id) as customer_id,
    case
        when record_customers.customer_id is not null then 'record'
        when accounts.customer_id is not null then 'user_id'
        when owners.customer_id is not null then 'subject'
    end as stitched_by

from named
left join record_customers on named.record_id = record_customers.record_id
left join accounts on named.user_id = accounts.value
left join owners on named.subject_type = owners.identifier_type and named.value = owners.value
