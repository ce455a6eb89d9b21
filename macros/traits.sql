{# The computed traits that `customer_360` shows: each a model of `models/marts/traits`, with its columns. #}
{% macro traits() -%}
    {% do return({
        'expected_purchases': ['alive_probability', 'churn_risk', 'expected_purchases', 'expected_order_amount', 'expected_value'],
        'human_engagement': ['human_opens_90d_count', 'machine_opens_90d_count', 'human_clicks_90d_count', 'machine_clicks_90d_count'],
        'preferences': ['preferred_channel', 'preferred_hour_utc'],
        'days_since': ['days_since_touch', 'days_since_visit', 'days_since_app_use', 'days_since_delivery', 'days_since_open', 'days_since_click'],
    }) %}
{%- endmacro %}

{# Those that no passing of time changes, which are `by_customer`: `customer_facts` keeps them, so that no day looks them up again. #}
{% macro standing_traits() -%}
    {% do return({
        'favourite_categories': ['favourite_category', 'categories', 'category_count'],
        'reachable_addresses': ['email_address', 'sms_address', 'phone_address', 'messenger_address', 'web_push_address'],
    }) %}
{%- endmacro %}
