{{ config(materialized='by_customer') }}
with

timeline as (

    select customer_id, event_name, channel, occurred_at, is_by_customer
    from {{ ref('customer_timeline') }}
    where occurred_at <= {{ run_at() }} and {{ is_changed('customer_id') }}

)

select
    customer_id,
    max(occurred_at) filter (where is_by_customer) as last_touch_at,
    max(occurred_at) filter (where is_by_customer and channel = 'web') as last_visit_at,
    max(occurred_at) filter (where is_by_customer and channel = 'app') as last_app_use_at,
    max(occurred_at) filter (where event_name = 'email_delivered') as last_delivery_at,
    max(occurred_at) filter (where is_by_customer and event_name = 'email_opened') as last_open_at,
    max(occurred_at) filter (where is_by_customer and event_name = 'email_clicked') as last_click_at
from timeline
group by customer_id
