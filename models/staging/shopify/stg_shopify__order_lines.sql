with

order_rows as (

    select * from {{ ref('stg_shopify__order_rows') }}
    where has_product

),

parsed as (

    select
        order_rows.*,
        coalesce({{ parse_quantity('lineitem_quantity') }}, 1) as quantity,
        {{ parse_amount('lineitem_price') }} as unit_price,
        {{ parse_amount('lineitem_discount') }} as line_discount
    from order_rows

),

order_lines as (

    select
        'shopify:' || order_key as order_id,
        row_number() over (partition by order_key order by order_row) as line_number,
        ltrim({{ blank_to_null('lineitem_sku') }}, '''') as sku,
        {{ blank_to_null('lineitem_name') }} as product_name,
        {{ empty_columns(order_line_columns(), ['category']) }},
        quantity,
        unit_price,
        line_discount as discount_amount,
        {{ line_total('quantity', 'unit_price', 'line_discount') }} as line_amount,
        {{ lineage() }}
    from parsed

)

select * from order_lines
