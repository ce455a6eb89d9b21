{{ config(materialized='by_customer') }}
with

purchases as (

    select * from {{ ref('orders') }}
    where is_purchase and customer_id is not null and ordered_at <= {{ run_at() }}
        and {{ is_changed('customer_id') }}

),

by_currency as (

    select
        customer_id,
        currency,
        count(*) as currency_count,
        sum(net_amount) as net_amount,
        row_number() over (partition by customer_id order by count(*) desc, max(ordered_at) desc, currency nulls last) as place

    from purchases
    group by customer_id, currency

),

totals as (

    select
        customer_id,
        count(*) as orders_count,
        min(ordered_at) as first_order_at,
        max(ordered_at) as last_order_at

    from purchases
    group by customer_id

),

summed as (

    select
        totals.customer_id,
        totals.orders_count,
        totals.orders_count - by_currency.currency_count as orders_in_other_currencies_count,
        by_currency.currency as monetary_currency,
        cast(by_currency.net_amount as decimal(18, 2)) as monetary,
        cast(by_currency.net_amount / by_currency.currency_count as decimal(18, 2)) as average_order_amount,
        totals.first_order_at,
        totals.last_order_at

    from totals
    inner join by_currency on totals.customer_id = by_currency.customer_id and by_currency.place = 1

)

select * from summed
