with

source as (

    select * from {{ source('orders', 'order_lines') }}

),

keyed as (

    select
        source.*,
        coalesce({{ blank_to_null('order_id') }}, {{ content_key(['ordered_at', 'customer_id', 'card_number', 'email', 'phone', 'full_name', 'store']) }}) as order_key,
        {{ parse_quantity('quantity') }} as parsed_quantity,
        {{ parse_amount('unit_price') }} as parsed_unit_price,
        {{ parse_amount('discount_amount') }} as parsed_discount,
        {{ parse_amount('line_amount') }} as parsed_amount,
        {{ failed_casts({
            'quantity': ['quantity', parse_quantity('quantity')],
            'unit_price': ['unit_price', parse_amount('unit_price')],
            'discount_amount': ['discount_amount', parse_amount('discount_amount')],
            'line_amount': ['line_amount', parse_amount('line_amount')],
        }) }} as failed_numbers
    from source

),

-- The newest file that has an order has all of it: rows of an order in older files are older states of it.
ranked as (

    select
        keyed.*,
        dense_rank() over (partition by order_key order by _exported_at desc nulls last, _file_id desc) as file_rank,
        row_number() over (partition by order_key, _file_id order by _line) as line_number,
        count(*) over (partition by order_key) - count(*) over (partition by order_key, _file_id) as superseded_count,
        coalesce({{ blank_to_null('sku') }}, {{ blank_to_null('product_name') }}, {{ blank_to_null('quantity') }}, {{ blank_to_null('unit_price') }}) is not null as has_product
    from keyed
    where order_key is not null

)

select * from ranked
where file_rank = 1
