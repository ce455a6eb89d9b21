with

headers as (

    select * from {{ ref('stg_shopify__order_headers') }}

),

orders as (

    select

        ---------- ids
        'shopify:' || order_key as order_id,
        'shopify' as source,
        'order' as kind,
        buyer_record_id as record_id,

        ---------- what
        ordered_at,
        case
            when lower({{ trimmed('financial_status') }}) = 'refunded' then 'refunded'
            when {{ blank_to_null('cancelled_at') }} is not null then 'cancelled'
            when lower({{ trimmed('financial_status') }}) in ('voided', 'expired') then 'cancelled'
            when lower({{ trimmed('financial_status') }}) in ('paid', 'partially_refunded') then 'paid'
            else 'pending'
        end as status,
        coalesce({{ currency_code('currency') }}, {{ source_currency('shopify') }}) as currency,
        {{ parse_amount('total') }} as total_amount,
        {{ parse_amount('discount_amount') }} as discount_amount,
        coalesce({{ parse_amount('refunded_amount') }}, case when lower({{ trimmed('financial_status') }}) = 'refunded' then {{ parse_amount('total') }} end) as refunded_amount,
        {{ parse_amount('shipping') }} as shipping_amount,
        {{ blank_to_null('discount_code') }} as promo_code,
        case when lower({{ trimmed('source') }}) = 'pos' then 'store' else 'online' end as channel,
        coalesce({{ blank_to_null('shipping_city') }}, {{ blank_to_null('billing_city') }}) as city,

        ---------- the rest
        {{ failed_casts({
            'ordered_at': ['created_at', 'created_at_utc'],
            'currency': ['currency', currency_code('currency')],
            'total_amount': ['total', parse_amount('total')],
            'discount_amount': ['discount_amount', parse_amount('discount_amount')],
            'refunded_amount': ['refunded_amount', parse_amount('refunded_amount')],
            'shipping_amount': ['shipping', parse_amount('shipping')],
        }) }} as failed_casts,
        {{ lineage() }}

    from headers

)

select * from orders
