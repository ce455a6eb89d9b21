with

customer_360 as (

    select * from {{ ref('customer_360') }}

),

carts as (

    select * from {{ ref('customer_timeline') }}
    where event_name in ('cart_updated', 'cart_item_removed') and occurred_at <= {{ run_at() }}

),

-- Who last took something out of the cart was done with it.
filled as (

    select customer_id, max(occurred_at) as last_cart_at
    from carts
    group by customer_id
    having max(case when event_name = 'cart_item_removed' then occurred_at end) is null
        or max(case when event_name = 'cart_item_removed' then occurred_at end) < max(case when event_name = 'cart_updated' then occurred_at end)

),

conditions as (

    select
        customer_360.customer_id,
        coalesce(filled.last_cart_at > {{ run_at() }} - interval '7' day, false) as has_filled_cart_in_7_days,
        coalesce(customer_360.last_order_at < filled.last_cart_at, true) as has_not_ordered_since,
        filled.last_cart_at,
        customer_360.last_order_at

    from customer_360
    left join filled on customer_360.customer_id = filled.customer_id

)

select
    *,
    has_filled_cart_in_7_days and has_not_ordered_since as is_member
from conditions
