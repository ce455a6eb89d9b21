with

rejected as (

    select 'orders' as table_name, _file_id, _line, 'no order name' as reason
    from {{ source('shopify', 'orders') }}
    where {{ blank_to_null('name') }} is null

    union all

    select 'customers', _file_id, _line, 'no customer id, e-mail, phone or name'
    from {{ source('shopify', 'customers') }}
    where {{ blank_to_null('customer_id') }} is null and {{ buyer_key('email', 'phone', "concat_ws(' ', first_name, last_name)") }} is null

)

select 'shopify' as source, rejected.* from rejected
