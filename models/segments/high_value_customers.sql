with

customer_360 as (

    select * from {{ ref('customer_360') }}

),

conditions as (

    select
        customer_id,
        orders_count >= 2 as has_ordered_twice,
        coalesce(monetary_score = 5, false) as is_in_top_fifth_by_money,
        coalesce(recency_days <= 365, false) as has_ordered_in_a_year,
        orders_count,
        monetary,
        monetary_currency,
        last_order_at

    from customer_360

)

select
    *,
    has_ordered_twice and is_in_top_fifth_by_money and has_ordered_in_a_year as is_member
from conditions
