-- Incremental: the JSON of a file is read once, a file never changes, and the day's newest file is chosen later, without reading again.
{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail') }}

with

source as (

    select * from {{ source('ga4', 'events') }}
    {% if is_incremental() %}
    where _file_id not in (select _file_id from {{ this }})
    {% endif %}

),

parsed as (

    select
        source.*,
        {{ json_struct('payload', {
            'event_name': 'text', 'event_timestamp': 'text', 'event_date': 'text', 'user_id': 'text', 'user_pseudo_id': 'text',
            'batch_event_index': 'text', 'batch_ordering_id': 'text', 'batch_page_id': 'text', 'platform': 'text', 'items': 'json',
            'event_params': [{'key': 'text', 'value': {'string_value': 'text', 'int_value': 'text', 'float_value': 'text', 'double_value': 'text'}}],
            'device': {'category': 'text', 'language': 'text'}, 'geo': {'country': 'text', 'city': 'text'},
            'traffic_source': {'source': 'text', 'medium': 'text', 'name': 'text'},
            'collected_traffic_source': {'manual_source': 'text', 'manual_medium': 'text', 'manual_campaign_name': 'text'},
            'ecommerce': {'transaction_id': 'text', 'purchase_revenue': 'text'},
        }) }} as event
    from source

),

extracted as (

    select

        ---------- ids
        nullif(event.user_id, '') as user_id,
        nullif(event.user_pseudo_id, '') as user_pseudo_id,
        {{ typed_parameter('event.event_params', 'ga_session_id') }} as session_id,
        coalesce(event.ecommerce.transaction_id, {{ typed_parameter('event.event_params', 'transaction_id') }}) as transaction_id,
        md5(concat_ws('|', coalesce(event.user_pseudo_id, ''), event.event_timestamp, event.event_name, coalesce(event.batch_page_id, ''), coalesce(event.batch_ordering_id, ''), coalesce(event.batch_event_index, ''))) as content_key,

        ---------- strings
        event.event_name as ga4_name,
        coalesce(
            nullif(regexp_extract(_file_name, 'events_(intraday_)?([0-9]{8})', 2), ''), event.event_date,
            replace(cast(cast({{ epoch_to_timestamp('event.event_timestamp') }} as date) as varchar), '-', '')
        ) as event_day,
        {{ typed_parameter('event.event_params', 'page_location') }} as page_location,
        {{ typed_parameter('event.event_params', 'page_title') }} as page_title,
        {{ typed_parameter('event.event_params', 'page_referrer') }} as page_referrer,
        {{ typed_parameter('event.event_params', 'currency') }} as currency,
        coalesce(event.collected_traffic_source.manual_source, {{ typed_parameter('event.event_params', 'source') }}) as utm_source,
        coalesce(event.collected_traffic_source.manual_medium, {{ typed_parameter('event.event_params', 'medium') }}) as utm_medium,
        coalesce(event.collected_traffic_source.manual_campaign_name, {{ typed_parameter('event.event_params', 'campaign') }}) as utm_campaign,
        event.traffic_source.source as first_source,
        event.traffic_source.medium as first_medium,
        event.traffic_source.name as first_campaign,
        event.device.category as device_category,
        event.device.language as device_language,
        event.geo.country as geo_country,
        event.geo.city as geo_city,
        event.platform as platform,
        nullif(cast(event.items as varchar), '[]') as items,

        ---------- numerics
        coalesce({{ typed_parameter('event.event_params', 'value') }}, event.ecommerce.purchase_revenue) as value_text,

        ---------- timestamps
        {{ epoch_to_timestamp('event.event_timestamp') }} as occurred_at,
        _exported_at,
        _file_name,
        {{ lineage() }}

    from parsed

)

select * from extracted
