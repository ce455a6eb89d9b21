with

customer_360 as (

    select * from {{ ref('customer_360') }}

),

product_views as (

    select * from {{ ref('customer_timeline') }}
    where event_name = 'product_viewed' and occurred_at > {{ run_at() }} - interval '14' day and occurred_at <= {{ run_at() }}

),

counted as (

    select customer_id, count(*) as views_count
    from product_views
    group by customer_id

),

conditions as (

    select
        customer_360.customer_id,
        coalesce(counted.views_count >= 3, false) as has_viewed_three_times_in_14_days,
        coalesce(customer_360.last_order_at <= {{ run_at() }} - interval '14' day, true) as has_not_ordered_in_14_days,
        coalesce(counted.views_count, 0) as product_views_14d_count,
        customer_360.last_order_at

    from customer_360
    left join counted on customer_360.customer_id = counted.customer_id

)

select
    *,
    has_viewed_three_times_in_14_days and has_not_ordered_in_14_days as is_member
from conditions
