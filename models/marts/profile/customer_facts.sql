{{ config(materialized='by_customer') }}
with

customers as (

    select * from {{ ref('customers') }}
    where {{ is_changed('customer_id') }}

),
{% for name in ['acquisitions', 'touches', 'purchases', 'reach'] %}
{{ name }} as (

    select * from {{ ref('customer_' ~ name) }}
    where {{ is_changed('customer_id') }}

),
{% endfor %}
{%- for trait in standing_traits() %}
trait_{{ trait }} as (

    select * from {{ ref(trait) }}
    where {{ is_changed('customer_id') }}

),
{% endfor %}
joined as (

    select

        ---------- who
        customers.customer_id,
        customers.full_name,
        customers.given_name,
        customers.gender,
        customers.birth_date,
        customers.birth_year,
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

        ---------- purchases and touches
        coalesce(purchases.orders_count, 0) as orders_count,
        coalesce(purchases.orders_in_other_currencies_count, 0) as orders_in_other_currencies_count,
        purchases.monetary,
        purchases.monetary_currency,
        purchases.average_order_amount,
        purchases.first_order_at,
        purchases.last_order_at,
        touches.last_touch_at,
        touches.last_touch_channel,
        touches.last_touch_event,

        ---------- consents and reach
        reach.has_personal_data_consent
        {%- for channel in ['email', 'sms', 'phone', 'messenger', 'web_push'] %},
        reach.has_{{ channel }}_consent,
        reach.is_reachable_by_{{ channel }}
        {%- endfor %},

        ---------- traits
        {% for trait, columns in standing_traits().items() -%}{% set is_last_trait = loop.last -%}
        {% for column in columns -%}
        {% if column.endswith('_count') %}coalesce(trait_{{ trait }}.{{ column }}, 0) as {{ column }}{% else %}trait_{{ trait }}.{{ column }}{% endif %}
        {{- '' if loop.last and is_last_trait else ',' }}
        {% endfor %}{% endfor %}
    from customers
    left join acquisitions on customers.customer_id = acquisitions.customer_id
    left join touches on customers.customer_id = touches.customer_id
    left join purchases on customers.customer_id = purchases.customer_id
    inner join reach on customers.customer_id = reach.customer_id
    {%- for trait in standing_traits() %}
    left join trait_{{ trait }} on customers.customer_id = trait_{{ trait }}.customer_id
    {%- endfor %}

)

select * from joined
