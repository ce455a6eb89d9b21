{{ config(materialized='fingerprints') }}

with

owned as (

    select
        {{ owner('record_customers.customer_id') }} as customer_id,
        int_orders.order_id,
        {{ row_hash(ref('int_orders'), 'int_orders', also=['int_orders.ordered_at <= ' ~ run_at()]) }} as row_hash

    from {{ ref('int_orders') }} as int_orders
    left join {{ source('identity', 'record_customers') }} as record_customers on int_orders.record_id = record_customers.record_id

),

hashed as (

    select customer_id, row_hash from owned

    union all

    select
        {{ owner('owned.customer_id') }} as customer_id,
        {{ row_hash(ref('int_order_lines'), 'int_order_lines') }} as row_hash

    from {{ ref('int_order_lines') }} as int_order_lines
    left join owned on int_order_lines.order_id = owned.order_id

)

select customer_id, sum(row_hash) as fingerprint
from hashed
group by customer_id
