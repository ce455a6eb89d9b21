with

customer_360 as (

    select * from {{ ref('customer_360') }}

),

conditions as (

    select
        customer_id,
        orders_count = 0 as has_not_ordered,
        email is not null or phone is not null as has_contact,
        coalesce(customer_since <= {{ run_at() }} - interval '30' day, false) as is_known_for_30_days,
        orders_count,
        customer_since

    from customer_360

)

select
    *,
    has_not_ordered and has_contact and is_known_for_30_days as is_member
from conditions
