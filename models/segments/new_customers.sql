with

customer_360 as (

    select * from {{ ref('customer_360') }}

),

conditions as (

    select
        customer_id,
        orders_count > 0 as has_ordered,
        coalesce(first_order_at > {{ run_at() }} - interval '30' day, false) as has_first_ordered_in_30_days,
        orders_count,
        first_order_at

    from customer_360

)

select
    *,
    has_ordered and has_first_ordered_in_30_days as is_member
from conditions
