{{ config(materialized='by_customer') }}
{{ follows('order_fingerprints') }}
with

int_order_lines as (

    select * from {{ ref('int_order_lines') }}

),

orders as (

    select * from {{ ref('orders') }}

),

order_lines as (

    select

        ---------- ids
        int_order_lines.order_id,
        cast(int_order_lines.line_number as bigint) as line_number,
        orders.customer_id,

        ---------- strings
        int_order_lines.sku,
        int_order_lines.product_name,
        int_order_lines.category,
        orders.currency,

        ---------- numerics
        cast(int_order_lines.quantity as decimal(18, 3)) as quantity,
        cast(int_order_lines.unit_price as decimal(18, 2)) as unit_price,
        cast(int_order_lines.discount_amount as decimal(18, 2)) as discount_amount,
        cast(int_order_lines.line_amount as decimal(18, 2)) as line_amount,

        ---------- timestamps
        orders.ordered_at

    from int_order_lines
    left join orders on int_order_lines.order_id = orders.order_id
    where {{ is_changed('orders.customer_id') }}

)

select * from order_lines
