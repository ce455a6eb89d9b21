with

customer_360 as (

    select * from {{ ref('customer_360') }}

),

conditions as (

    select
        customer_id,
        orders_count > 0 as has_ordered,
        coalesce(recency_days > 365, false) as has_not_ordered_in_a_year,
        orders_count,
        last_order_at

    from customer_360

)

select
    *,
    has_ordered and has_not_ordered_in_a_year as is_member
from conditions
