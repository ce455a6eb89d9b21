with

deals as (

    select * from {{ ref('stg_bitrix24__deals') }}

),

orders as (

    select

        ---------- ids
        'bitrix24:' || source_key as order_id,
        'bitrix24' as source,
        'deal' as kind,
        buyer_record_id as record_id,

        ---------- what
        case when status = 'paid' then coalesce(deal_closed_at, deal_created_at, source_updated_at) else coalesce(deal_created_at, source_updated_at) end as ordered_at,
        status,
        coalesce({{ currency_code('currency') }}, {{ source_currency('bitrix24') }}) as currency,
        {{ parse_amount('amount') }} as total_amount,
        {{ empty_columns(order_columns(), ['discount_amount', 'refunded_amount', 'shipping_amount', 'promo_code', 'channel', 'city']) }},

        ---------- the rest
        {{ failed_casts({
            'ordered_at': ['created_at', 'deal_created_at'],
            'closed_at': ['closed_at', 'deal_closed_at'],
            'currency': ['currency', currency_code('currency')],
            'total_amount': ['amount', parse_amount('amount')],
        }) }} as failed_casts,
        {{ lineage() }}

    from deals

)

select * from orders
