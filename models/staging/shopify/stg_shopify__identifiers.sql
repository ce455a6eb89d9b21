with

people as (

    select
        'shopify:customer:' || source_key as record_id,
        ltrim({{ blank_to_null('customer_id') }}, '''') as shopify_customer_id,
        email,
        ltrim({{ trimmed('phone') }}, '''') as phone,
        ltrim({{ trimmed('default_address_phone') }}, '''') as address_phone,
        coalesce({{ country_code('country_code') }}, {{ phone_region('shopify') }}) as phone_region,
        coalesce(source_created_at, source_updated_at) as first_seen_at
    from {{ ref('stg_shopify__customers') }}
    where is_latest

    union all

    select
        buyer_record_id, account, email, phone, null,
        coalesce({{ country_code('coalesce(billing_country, shipping_country)') }}, {{ phone_region('shopify') }}),
        first_order_at
    from {{ ref('stg_shopify__buyers') }}

),

identifiers as (

    {{ identifiers_from('people', 'shopify', [
        {'type': 'shopify_customer_id', 'column': 'shopify_customer_id', 'verified': 'true'},
        {'type': 'email', 'column': 'email'},
        {'type': 'phone', 'column': 'phone'},
        {'type': 'phone', 'column': 'address_phone', 'label': 'address'},
    ]) }}

)

select * from identifiers
