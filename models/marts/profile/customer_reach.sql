{{ config(materialized='by_customer') }}
with

customer_channels as (

    select * from {{ ref('customer_channels') }}
    where {{ is_changed('customer_id') }}

),

personal_data as (

    select * from {{ ref('consents') }}
    where purpose = 'personal_data' and {{ is_changed('customer_id') }}

),

reach as (

    select
        customer_channels.customer_id,
        coalesce(bool_or(personal_data.is_granted), false) as has_personal_data_consent
        {%- for channel in ['email', 'sms', 'phone', 'messenger', 'web_push'] %},
        bool_or(customer_channels.channel = '{{ channel }}' and has_consent) as has_{{ channel }}_consent,
        bool_or(customer_channels.channel = '{{ channel }}' and is_reachable) as is_reachable_by_{{ channel }}
        {%- endfor %}

    from customer_channels
    left join personal_data on customer_channels.customer_id = personal_data.customer_id
    group by customer_channels.customer_id

)

select * from reach
