with

order_rows as (

    select * from {{ ref('stg_shopify__order_rows') }}
    where coalesce({{ blank_to_null('lineitem_name') }}, {{ blank_to_null('lineitem_sku') }}, {{ blank_to_null('lineitem_quantity') }}) is not null

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
        cast(null as varchar) as category,
        quantity,
        unit_price,
        line_discount as discount_amount,
        cast(quantity * unit_price - coalesce(line_discount, 0) as decimal(18, 2)) as line_amount,
        {{ lineage() }}
    from parsed

)

select * from order_lines
