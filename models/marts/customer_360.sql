{% set counts = [
    'emails_delivered', 'emails_opened', 'emails_clicked', 'web_sessions', 'page_views', 'app_events',
] -%}

with

customers as (

    select * from {{ ref('customers') }}

),

acquisitions as (

    select * from {{ ref('customer_acquisitions') }}

),

touches as (

    select * from {{ ref('customer_touches') }}

),

purchases as (

    select * from {{ ref('customer_purchases') }}

),

rfm as (

    select * from {{ ref('customer_rfm') }}

),

engagement as (

    select * from {{ ref('customer_engagement') }}

),

reach as (

    select * from {{ ref('customer_reach') }}

),

joined as (

    select

        ---------- who
        customers.customer_id,
        customers.full_name,
        customers.given_name,
        customers.gender,
        customers.birth_date,
        customers.birth_year,
        {{ years_between('customers.birth_date', run_at()) }} as age,
        customers.email,
        customers.phone,
        customers.locality,
        customers.country_code,
        customers.language,
        customers.record_count,
        customers.sources,

        ---------- since when, from where
        least(
            customers.first_seen_at,
            coalesce(touches.first_touch_at, customers.first_seen_at),
            coalesce(purchases.first_order_at, customers.first_seen_at)
        ) as customer_since,
        coalesce(touches.first_touch_source, split_part(customers.sources, ', ', 1)) as first_touch_source,
        coalesce(touches.first_touch_channel, split_part(customers.sources, ', ', 1)) as first_touch_channel,
        acquisitions.acquisition_source,
        acquisitions.acquisition_medium,
        acquisitions.acquisition_campaign,

        ---------- recency, frequency, money
        coalesce(purchases.orders_count, 0) as orders_count,
        coalesce(purchases.orders_in_other_currencies_count, 0) as orders_in_other_currencies_count,
        cast({{ days_between('purchases.last_order_at', run_at()) }} as bigint) as recency_days,
        purchases.monetary,
        purchases.monetary_currency,
        purchases.average_order_amount,
        purchases.first_order_at,
        purchases.last_order_at,
        rfm.recency_score,
        rfm.frequency_score,
        rfm.monetary_score,
        rfm.rfm_cell,

        ---------- engagement
        touches.last_touch_at,
        touches.last_touch_channel,
        touches.last_touch_event,
        {%- for name in counts %}
        coalesce(engagement.{{ name }}_30d_count, 0) as {{ name }}_30d_count,
        coalesce(engagement.{{ name }}_90d_count, 0) as {{ name }}_90d_count,
        {%- endfor %}

        ---------- consents and reach
        reach.has_personal_data_consent
        {%- for channel in ['email', 'sms', 'phone', 'messenger', 'web_push'] %},
        reach.has_{{ channel }}_consent,
        reach.is_reachable_by_{{ channel }}
        {%- endfor %},

        ---------- traits
        {% for trait, columns in traits().items() -%}{% set is_last_trait = loop.last -%}
        {% for column in columns -%}
        {% if column.endswith('_count') %}coalesce(trait_{{ trait }}.{{ column }}, 0) as {{ column }}{% else %}trait_{{ trait }}.{{ column }}{% endif %}
        {{- '' if loop.last and is_last_trait else ',' }}
        {% endfor %}{% endfor %}
    from customers
    left join acquisitions on customers.customer_id = acquisitions.customer_id
    left join touches on customers.customer_id = touches.customer_id
    left join purchases on customers.customer_id = purchases.customer_id
    left join rfm on customers.customer_id = rfm.customer_id
    left join engagement on customers.customer_id = engagement.customer_id
    inner join reach on customers.customer_id = reach.customer_id
    {%- for trait in traits() %}
    left join {{ ref(trait) }} as trait_{{ trait }} on customers.customer_id = trait_{{ trait }}.customer_id
    {%- endfor %}

)

select * from joined
