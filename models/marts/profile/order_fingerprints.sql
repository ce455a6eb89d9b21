{{ config(materialized='fingerprints') }}

with

record_customers as (

    select * from {{ source('identity', 'record_customers') }}

),

int_orders as (

    select * from {{ ref('int_orders') }}

),

hashed as (

    select
        {{ owner('record_customers.customer_id') }} as customer_id,
        {{ row_hash(ref('int_orders'), 'int_orders', also=['int_orders.ordered_at <= ' ~ run_at()]) }} as row_hash

    from int_orders
    left join record_customers on int_orders.record_id = record_customers.record_id

    union all

    select
        {{ owner('record_customers.customer_id') }} as customer_id,
        {{ row_hash(ref('int_order_lines'), 'int_order_lines') }} as row_hash

    from {{ ref('int_order_lines') }} as int_order_lines
    left join int_orders on int_order_lines.order_id = int_orders.order_id
    left join record_customers on int_orders.record_id = record_customers.record_id

)

select customer_id, sum(row_hash) as fingerprint
from hashed
group by customer_id
