{{ config(materialized='by_customer') }}
with

customer_channels as (

    select * from {{ ref('customer_channels') }}
    where is_reachable and {{ is_changed('customer_id') }}

)

select
    customer_id
    {%- for channel in ['email', 'sms', 'phone', 'messenger', 'web_push'] %},
    max(case when channel = '{{ channel }}' then address end) as {{ channel }}_address
    {%- endfor %}
from customer_channels
group by customer_id
