with

customer_contacts as (

    select * from {{ ref('customer_contacts') }}

),

-- Numbers are counted faster than texts, and a contact with the hash of another is only looked at for nothing.
shared as (

    select hash(value) as value_hash
    from customer_contacts
    group by hash(value)
    having count(*) > 1

),

counted as (

    select
        customer_id,
        contact_type,
        value,
        count(*) over (partition by contact_type, value) as customer_count
    from customer_contacts
    where hash(value) in (select value_hash from shared)

)

select
    customer_id,
    contact_type,
    value,
    customer_count,
    customer_count > {{ var('household_members_at_most') }} as is_crowded
from counted
where customer_count > 1
