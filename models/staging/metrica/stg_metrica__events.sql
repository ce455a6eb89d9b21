-- A view: `int_events` writes these rows out, and writing them twice would cost as much again.
{{ config(materialized='view') }}

with

visits as (

    select
        'metrica:visit:' || visit_id as event_id, client_id, user_id,
        'session_started' as event_name,
        utm_campaign as campaign, start_url as url,
        cast(null as decimal(18, 2)) as amount, cast(null as varchar) as currency,
        {{ json_object_text({
            'visit_id': 'visit_id', 'referrer': "nullif(referrer, '')", 'traffic_source': 'traffic_source', 'utm_source': 'utm_source', 'utm_medium': 'utm_medium',
            'device': 'device_category', 'city': 'region_city', 'page_view_count': 'page_view_count', 'seconds': 'visit_seconds',
        }) }} as properties,
        occurred_at, _file_id, _line, _load_id
    from {{ ref('stg_metrica__visits') }}

),

hits as (

    select
        'metrica:hit:' || watch_id as event_id, client_id, cast(null as varchar) as user_id,
        case when is_page_view then 'page_viewed' when goal_ids is not null then 'goal_reached' else 'hit' end as event_name,
        utm_campaign as campaign, url,
        cast(null as decimal(18, 2)) as amount, cast(null as varchar) as currency,
        {{ json_object_text({'title': 'title', 'referrer': "nullif(referrer, '')", 'utm_source': 'utm_source', 'utm_medium': 'utm_medium', 'device': 'device_category', 'goals': 'goal_ids'}) }} as properties,
        occurred_at, _file_id, _line, _load_id
    from {{ ref('stg_metrica__hits') }}

),

purchases as (

    select
        'metrica:purchase:' || visit_id || ':' || cast(position as varchar) as event_id, client_id, user_id,
        'order_completed' as event_name,
        utm_campaign as campaign, start_url as url,
        amount, currency,
        {{ json_object_text({'order_id': 'purchase_id', 'visit_id': 'visit_id'}) }} as properties,
        occurred_at, _file_id, _line, _load_id
    from {{ ref('stg_metrica__purchases') }}

),

events as (

    select * from visits
    union all
    select * from hits
    union all
    select * from purchases

)

select
    event_id,
    'metrica' as source,
    event_name,
    occurred_at,
    case when user_id is not null then 'metrica:user:' || {{ opaque_key('user_id') }} end as record_id,
    case when client_id is not null then 'ym_client_id' when user_id is not null then 'user_id' end as subject_type,
    coalesce(client_id, user_id) as subject_value,
    user_id,
    'web' as channel,
    campaign,
    {{ empty_columns(event_columns(), ['message_id']) }},
    url,
    amount,
    currency,
    properties,
    _file_id,
    _line,
    _load_id
from events
