{{ config(materialized='by_customer') }}
with

purchases as (

    select * from {{ ref('orders') }}
    where is_purchase and customer_id is not null and ordered_at <= {{ run_at() }}
        and {{ is_changed('customer_id') }}

),

customer_purchases as (

    select * from {{ ref('customer_purchases') }}
    where {{ is_changed('customer_id') }}

),

days as (

    select
        purchases.customer_id,
        cast(purchases.ordered_at as date) as purchased_on,
        customer_purchases.monetary_currency as currency,
        sum(case when purchases.currency = customer_purchases.monetary_currency then purchases.net_amount end) as amount

    from purchases
    inner join customer_purchases on purchases.customer_id = customer_purchases.customer_id
    group by purchases.customer_id, cast(purchases.ordered_at as date), customer_purchases.monetary_currency

)

select * from days
