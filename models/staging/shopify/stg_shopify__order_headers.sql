with

order_rows as (

    select * from {{ ref('stg_shopify__order_rows') }}

),

customers as (

    select * from {{ ref('stg_shopify__customers') }}
    where is_latest

),

customers_by_email as (

    select lower({{ blank_to_null('email') }}) as email, min(source_key) as source_key
    from customers
    where {{ blank_to_null('email') }} is not null
    group by lower({{ blank_to_null('email') }})

),

-- Order cells stand on the first row of an order only.
headers as (

    select
        order_rows.*,
        ltrim({{ blank_to_null('customer_id') }}, '''') as account,
        ltrim(coalesce({{ blank_to_null('billing_phone') }}, {{ blank_to_null('shipping_phone') }}), '''') as phone,
        coalesce({{ blank_to_null('billing_name') }}, {{ blank_to_null('shipping_name') }}) as full_name,
        {{ parse_timestamp('created_at', 'shopify') }} as created_at_utc,
        coalesce({{ parse_timestamp('created_at', 'shopify') }}, {{ parse_timestamp('paid_at', 'shopify') }}, _exported_at) as ordered_at
    from order_rows
    where order_row = 1

),

keyed as (

    select
        headers.*,
        coalesce(headers.account, customers_by_email.source_key) as customer_key,
        {{ buyer_key('headers.email', 'headers.phone', 'headers.full_name') }} as buyer_key
    from headers
    left join customers_by_email on lower({{ blank_to_null('headers.email') }}) = customers_by_email.email

)

select
    keyed.*,
    coalesce('shopify:customer:' || customer_key, 'shopify:buyer:' || buyer_key) as buyer_record_id
from keyed
