with

customer_360 as (

    select * from {{ ref('customer_360') }}

),

orders as (

    select * from {{ ref('orders') }}
    where is_purchase and ordered_at <= {{ run_at() }}

),

counted as (

    select
        customer_id,
        count(*) as orders_count,
        count(case when promo_code is not null or discount_amount > 0 then 1 end) as discounted_orders_count

    from orders
    group by customer_id

),

conditions as (

    select
        customer_360.customer_id,
        coalesce(counted.orders_count >= 2, false) as has_ordered_twice,
        coalesce(counted.discounted_orders_count * 2 >= counted.orders_count, false) as has_half_of_orders_discounted,
        coalesce(counted.orders_count, 0) as orders_count,
        coalesce(counted.discounted_orders_count, 0) as discounted_orders_count

    from customer_360
    left join counted on customer_360.customer_id = counted.customer_id

)

select
    *,
    has_ordered_twice and has_half_of_orders_discounted as is_member
from conditions
