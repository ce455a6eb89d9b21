with

customer_360 as (

    select * from {{ ref('customer_360') }}

),

conditions as (

    select
        customer_id,
        orders_count >= 2 as has_ordered_twice,
        coalesce(recency_days > 60, false) as has_not_ordered_in_60_days,
        coalesce(recency_days <= 365, false) as has_ordered_in_a_year,
        orders_count,
        last_order_at

    from customer_360

)

select
    *,
    has_ordered_twice and has_not_ordered_in_60_days and has_ordered_in_a_year as is_member
from conditions
