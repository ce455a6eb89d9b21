{{ config(materialized='by_customer') }}
{{ follows('order_fingerprints') }}
with

int_orders as (

    select * from {{ ref('int_orders') }}

),

record_customers as (

    select * from {{ source('identity', 'record_customers') }}

),

orders as (

    select

        ---------- ids
        int_orders.order_id,
        record_customers.customer_id,
        int_orders.record_id,

        ---------- strings
        int_orders.source,
        int_orders.kind,
        int_orders.status,
        int_orders.channel,
        int_orders.city,
        int_orders.promo_code,
        int_orders.currency,

        ---------- numerics
        cast(int_orders.total_amount as decimal(18, 2)) as total_amount,
        cast(int_orders.discount_amount as decimal(18, 2)) as discount_amount,
        cast(int_orders.shipping_amount as decimal(18, 2)) as shipping_amount,
        cast(int_orders.refunded_amount as decimal(18, 2)) as refunded_amount,
        cast(coalesce(int_orders.total_amount, 0) - coalesce(int_orders.refunded_amount, 0) as decimal(18, 2)) as net_amount,

        ---------- booleans
        coalesce(int_orders.status = 'paid' and int_orders.kind in ('{{ var("revenue_kinds") | join("', '") }}'), false) as is_purchase,

        ---------- timestamps
        int_orders.ordered_at

    from int_orders
    left join record_customers on int_orders.record_id = record_customers.record_id
    where {{ is_changed('record_customers.customer_id') }}

)

select * from orders
