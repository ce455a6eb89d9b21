with

order_rows as (

    select * from {{ ref('stg_orders__order_rows') }}
    where has_product

),

computed as (

    select
        order_rows.*,
        coalesce(parsed_quantity, 1) as line_quantity,
        {{ line_total('coalesce(parsed_quantity, 1)', 'parsed_unit_price', 'parsed_discount') }} as computed_amount
    from order_rows

),

-- Some tills print the order's total on each line: it is taken for that where it equals the sum of several lines.
compared as (

    select
        computed.*,
        count(*) over (partition by order_key) > 1
            and parsed_amount <> computed_amount
            and parsed_amount = sum(computed_amount) over (partition by order_key) as is_order_total
    from computed

),

order_lines as (

    select
        'orders:' || order_key as order_id,
        line_number,
        {{ blank_to_null('sku') }} as sku,
        {{ blank_to_null('product_name') }} as product_name,
        {{ blank_to_null('category') }} as category,
        line_quantity as quantity,
        parsed_unit_price as unit_price,
        parsed_discount as discount_amount,
        case when is_order_total then computed_amount else coalesce(parsed_amount, computed_amount) end as line_amount,
        {{ lineage() }}
    from compared

)

select * from order_lines
