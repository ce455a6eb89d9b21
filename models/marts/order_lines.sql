{{ config(materialized='by_customer') }}
{{ follows('order_fingerprints') }}
with

int_order_lines as (

    select * from {{ ref('int_order_lines') }}

),

orders as (

    select * from {{ ref('orders') }}
    where {{ is_changed('customer_id') }}

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
    left join {{ ref('int_orders') }} as int_orders on int_order_lines.order_id = int_orders.order_id
    -- A line without its order is nobody's.
    where orders.order_id is not null or (int_orders.order_id is null and {{ is_changed('cast(null as string)') }})

)

select * from order_lines
