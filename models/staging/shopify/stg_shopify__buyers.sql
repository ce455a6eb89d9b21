with

orders as (

    select * from {{ ref('stg_shopify__order_headers') }}

),

customers as (

    select source_key from {{ ref('stg_shopify__customers') }}
    where is_latest

),

-- A guest, or an account that no customer export has shown.
unknown as (

    select
        orders.*,
        case when customer_key is not null then 'customer' else 'buyer' end as entity,
        coalesce(customer_key, buyer_key) as source_key
    from orders
    left join customers on orders.customer_key = customers.source_key
    where customers.source_key is null and coalesce(customer_key, buyer_key) is not null

),

ranked as (

    select
        unknown.*,
        min(ordered_at) over (partition by buyer_record_id) as first_order_at,
        row_number() over (partition by buyer_record_id order by ordered_at desc, order_key desc) as order_rank
    from unknown

)

select * from ranked
where order_rank = 1
