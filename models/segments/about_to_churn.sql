with

customer_360 as (

    select * from {{ ref('customer_360') }}

),

rhythms as (

    select
        *,
        case when orders_count >= 3
            then cast(greatest(round({{ days_between('first_order_at', 'last_order_at') }} / (orders_count - 1)), 7) as bigint)
        end as usual_gap_days

    from customer_360

),

conditions as (

    select
        customer_id,
        orders_count >= 3 as has_ordered_three_times,
        coalesce(recency_days > 2 * usual_gap_days, false) as is_overdue,
        coalesce(recency_days <= 365, false) as has_ordered_in_a_year,
        orders_count,
        last_order_at,
        usual_gap_days

    from rhythms

)

select
    *,
    has_ordered_three_times and is_overdue and has_ordered_in_a_year as is_member
from conditions
