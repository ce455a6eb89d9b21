{{ config(materialized='by_customer') }}
with

lines as (

    select order_lines.customer_id, order_lines.category, order_lines.order_id, order_lines.quantity, order_lines.ordered_at
    from {{ ref('order_lines') }} as order_lines
    inner join {{ ref('orders') }} as orders on order_lines.order_id = orders.order_id
    where orders.is_purchase and order_lines.customer_id is not null and order_lines.category is not null and order_lines.ordered_at <= {{ run_at() }}
        and {{ is_changed('order_lines.customer_id') }}

),

-- By quantity, since money may be in several currencies.
bought as (

    select
        customer_id,
        category,
        row_number() over (partition by customer_id order by sum(quantity) desc, max(ordered_at) desc, category) as place

    from lines
    group by customer_id, category

)

select
    customer_id,
    min(case when place = 1 then category end) as favourite_category,
    {{ text_list('category') }} as categories,
    count(*) as category_count
from bought
group by customer_id
