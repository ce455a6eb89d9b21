{% set counts = [
    'emails_delivered', 'emails_opened', 'emails_clicked', 'web_sessions', 'page_views', 'app_events',
] -%}

with

facts as (

    select * from {{ ref('customer_facts') }}

),

rfm as (

    select * from {{ ref('customer_rfm') }}

),

engagement as (

    select * from {{ ref('customer_engagement') }}

),

joined as (

    select

        ---------- who
        facts.customer_id,
        facts.full_name,
        facts.given_name,
        facts.gender,
        facts.birth_date,
        facts.birth_year,
        {{ years_between('facts.birth_date', run_at()) }} as age,
        facts.email,
        facts.phone,
        facts.locality,
        facts.country_code,
        facts.language,
        facts.record_count,
        facts.sources,

        ---------- since when, from where
        facts.customer_since,
        facts.first_touch_source,
        facts.first_touch_channel,
        facts.acquisition_source,
        facts.acquisition_medium,
        facts.acquisition_campaign,

        ---------- recency, frequency, money
        facts.orders_count,
        facts.orders_in_other_currencies_count,
        cast({{ days_between('facts.last_order_at', run_at()) }} as bigint) as recency_days,
        facts.monetary,
        facts.monetary_currency,
        facts.average_order_amount,
        facts.first_order_at,
        facts.last_order_at,
        rfm.recency_score,
        rfm.frequency_score,
        rfm.monetary_score,
        rfm.rfm_cell,

        ---------- engagement
        facts.last_touch_at,
        facts.last_touch_channel,
        facts.last_touch_event,
        {%- for name in counts %}
        coalesce(engagement.{{ name }}_30d_count, 0) as {{ name }}_30d_count,
        coalesce(engagement.{{ name }}_90d_count, 0) as {{ name }}_90d_count,
        {%- endfor %}

        ---------- consents and reach
        facts.has_personal_data_consent
        {%- for channel in ['email', 'sms', 'phone', 'messenger', 'web_push'] %},
        facts.has_{{ channel }}_consent,
        facts.is_reachable_by_{{ channel }}
        {%- endfor %},

        ---------- traits
        {% for column in standing_traits().values() | sum(start=[]) -%}
        facts.{{ column }},
        {% endfor %}
        {%- for trait, columns in traits().items() -%}{% set is_last_trait = loop.last -%}
        {% for column in columns -%}
        {% if column.endswith('_count') %}coalesce(trait_{{ trait }}.{{ column }}, 0) as {{ column }}{% else %}trait_{{ trait }}.{{ column }}{% endif %}
        {{- '' if loop.last and is_last_trait else ',' }}
        {% endfor %}{% endfor %}
    from facts
    left join rfm on facts.customer_id = rfm.customer_id
    left join engagement on facts.customer_id = engagement.customer_id
    {%- for trait in traits() %}
    left join {{ ref(trait) }} as trait_{{ trait }} on facts.customer_id = trait_{{ trait }}.customer_id
    {%- endfor %}

)

select * from joined
