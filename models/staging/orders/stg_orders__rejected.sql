with

rejected as (

    select 'orders' as source, 'order_lines' as table_name, _file_id, _line, 'no order number, date, buyer or store' as reason
    from {{ source('orders', 'order_lines') }}
    where {{ blank_to_null('order_id') }} is null
        and {{ content_key(['ordered_at', 'customer_id', 'card_number', 'email', 'phone', 'full_name', 'store']) }} is null

)

select * from rejected
