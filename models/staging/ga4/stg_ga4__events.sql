-- A view: `int_events` writes these rows out, and writing them twice would cost as much again.
{{ config(materialized='view') }}

with

current_events as (

    select * from {{ ref('stg_ga4__current_events') }}

),

events as (

    select

        ---------- ids
        event_id,
        'ga4' as source,
        case when user_id is not null then 'ga4:user:' || {{ opaque_key('user_id') }} end as record_id,
        case when user_pseudo_id is not null then 'ga_client_id' when user_id is not null then 'user_id' end as subject_type,
        coalesce(user_pseudo_id, user_id) as subject_value,
        user_id,

        ---------- what
        case ga4_name
            when 'page_view' then 'page_viewed'
            when 'view_item' then 'product_viewed'
            when 'add_to_cart' then 'cart_updated'
            when 'remove_from_cart' then 'cart_item_removed'
            when 'begin_checkout' then 'checkout_started'
            when 'purchase' then 'order_completed'
            when 'session_start' then 'session_started'
            when 'screen_view' then 'screen_viewed'
            when 'generate_lead' then 'form_submitted'
            else {{ snake_case('ga4_name') }}
        end as event_name,
        case when platform in ('IOS', 'ANDROID') then 'app' else 'web' end as channel,
        utm_campaign as campaign,
        {{ empty_columns(event_columns(), ['message_id']) }},
        page_location as url,
        try_cast(value_text as decimal(18, 2)) as amount,
        upper(currency) as currency,
        {{ json_object_text({
            'order_id': 'transaction_id', 'session_id': 'session_id', 'title': 'page_title', 'referrer': 'page_referrer',
            'utm_source': 'utm_source', 'utm_medium': 'utm_medium', 'device': 'device_category',
            'country': 'geo_country', 'city': 'geo_city', 'items': json_value('items'),
        }) }} as properties,

        ---------- timestamps
        occurred_at,
        _file_id,
        _line,
        _load_id

    from current_events

)

select * from events
