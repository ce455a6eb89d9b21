with

purchases as (

    select * from {{ ref('customer_purchases') }}

),

scored as (

    select
        customer_id,
        cast(ntile(5) over (order by last_order_at, customer_id) as integer) as recency_score,
        cast(ntile(5) over (order by orders_count, last_order_at, customer_id) as integer) as frequency_score,
        cast(ntile(5) over (partition by monetary_currency order by monetary, last_order_at, customer_id) as integer) as monetary_score

    from purchases

)

select
    *,
    cast(recency_score as string) || cast(frequency_score as string) || cast(monetary_score as string) as rfm_cell
from scored
