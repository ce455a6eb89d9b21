with

deals as (

    select * from {{ ref('stg_hubspot__deals') }}

),

orders as (

    select

        ---------- ids
        'hubspot:' || source_key as order_id,
        'hubspot' as source,
        'deal' as kind,
        buyer_record_id as record_id,

        ---------- what
        case when status = 'paid' then coalesce(closed_at, created_at, source_updated_at) else coalesce(created_at, source_updated_at) end as ordered_at,
        status,
        coalesce({{ currency_code('currency') }}, {{ source_currency('hubspot') }}) as currency,
        {{ parse_amount('amount') }} as total_amount,
        {{ empty_columns(order_columns(), ['discount_amount', 'refunded_amount', 'shipping_amount', 'promo_code', 'channel', 'city']) }},

        ---------- the rest
        {{ failed_casts({
            'ordered_at': ['create_date', 'created_at'],
            'closed_at': ['close_date', 'closed_at'],
            'currency': ['currency', currency_code('currency')],
            'total_amount': ['amount', parse_amount('amount')],
        }) }} as failed_casts,
        {{ lineage() }}

    from deals

)

select * from orders
