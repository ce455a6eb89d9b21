with

headers as (

    select * from {{ ref('stg_orders__order_headers') }}

),

line_totals as (

    select order_id, sum(line_amount) as line_amount
    from {{ ref('stg_orders__order_lines') }}
    group by order_id

),

judged as (

    select
        headers.*,
        coalesce(line_totals.line_amount, headers.stated_amount) as total_amount,
        case
            when status is null then 'paid'
            when regexp_matches(lower(status), 'refund|return|возвра') then 'refunded'
            when regexp_matches(lower(status), 'cancel|void|declin|отмен|аннулир|отказ') then 'cancelled'
            when regexp_matches(lower(status), 'unpaid|not paid|await|не опла|ожида') then 'pending'
            when regexp_matches(lower(status), 'paid|complet|deliver|shipp|fulfil|closed|done|оплач|выполн|заверш|достав|выдан|отгруж|закрыт|продаж') then 'paid'
            else 'pending'
        end as order_status
    from headers
    left join line_totals on 'orders:' || headers.order_key = line_totals.order_id

),

orders as (

    select

        ---------- ids
        'orders:' || order_key as order_id,
        'orders' as source,
        'order' as kind,
        buyer_record_id as record_id,

        ---------- what
        coalesce(ordered_at_utc, _exported_at) as ordered_at,
        order_status as status,
        coalesce({{ currency_code('currency') }}, {{ source_currency('orders') }}) as currency,
        cast(total_amount as decimal(18, 2)) as total_amount,
        cast(discount_amount as decimal(18, 2)) as discount_amount,
        cast(case when order_status = 'refunded' then total_amount end as decimal(18, 2)) as refunded_amount,
        {{ empty_columns(order_columns(), ['shipping_amount']) }},
        promo_code,
        case
            when regexp_matches(lower(store), 'online|web|site|internet|app|интернет|сайт|онлайн') then 'online'
            when store is not null then 'store'
            else 'online'
        end as channel,
        city,

        ---------- the rest
        nullif(concat_ws(',', failed_numbers, {{ failed_casts({
            'ordered_at': ['ordered_at', 'ordered_at_utc'],
            'currency': ['currency', currency_code('currency')],
        }) }}), '') as failed_casts,
        {{ lineage() }}

    from judged

)

select * from orders
