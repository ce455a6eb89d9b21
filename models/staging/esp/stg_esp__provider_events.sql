-- Incremental: a body is opened once; a file never changes.
{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail') }}

with

bodies as (

    select 'sendgrid' as provider, payload, _exported_at, _file_name, {{ lineage() }} from {{ source('esp', 'sendgrid_events') }}
    union all
    select 'unisender_go' as provider, payload, _exported_at, _file_name, {{ lineage() }} from {{ source('esp', 'unisender_events') }}

),

new_bodies as (

    select * from bodies
    {% if is_incremental() %}
    where _file_id not in (select _file_id from {{ this }})
    {% endif %}

),

-- Archivers wrap the body in an object of their own; an event always says whose address it is about.
unwrapped as (

    select
        new_bodies.*,
        case when {{ json_text('payload', 'email') }} is null then coalesce({{ valid_json(json_text('payload', 'payload')) }}, payload) else payload end as body
    from new_bodies

),

opened as (

    select
        unwrapped.*,
        {{ flat_map(
            'case when ' ~ json_text('body', 'events_by_user') ~ ' is not null then ' ~ json_list('body', 'events_by_user') ~ ' else ' ~ json_list('body') ~ ' end',
            'account', 'case when ' ~ json_text('account', 'events') ~ ' is not null then ' ~ json_list('account', 'events') ~ ' else [account] end'
        ) }} as entries
    from unwrapped

),

-- A body without events stays, as a row that says nothing, so that every body is accounted for.
entries as (

    select opened.*, len(entries) as events_in_body, {{ each_or_null('entries') }} as entry
    from opened

),

events as (

    select *, coalesce({{ valid_json(json_text('entry', 'event_data')) }}, entry) as event_text
    from entries

),

parsed as (

    select
        *,
        {{ json_struct('event_text', {
            'email': 'text', 'event': 'text', 'status': 'text', 'type': 'text', 'timestamp': 'text', 'event_time': 'text',
            'sg_event_id': 'text', 'sg_message_id': 'text', 'job_id': 'text', 'url': 'text', 'ip': 'text', 'reason': 'text', 'comment': 'text',
            'category': 'json', 'campaign': 'text', 'marketing_campaign_name': 'text', 'asm_group_id': 'text',
            'metadata': {'campaign': 'text', 'campaign_id': 'text', 'message_id': 'text'}, 'delivery_info': {'ip': 'text', 'delivery_status': 'text'},
        }) }} as event
    from events

)

select
    provider,
    event.sg_event_id as provider_event_id,
    -- What Svod sent through the provider is known by the Message-ID that Svod gave it, or by the metadata it was handed over with.
    coalesce(
        nullif(regexp_extract({{ json_text('event_text', 'smtp-id') }}, '^<?([0-9a-f]{32})@', 1), ''),
        nullif(regexp_extract(event.metadata.message_id, '^[0-9a-f]{32}$', 0), ''),
        event.sg_message_id, event.job_id
    ) as message_id,
    {{ blank_to_null('event.email') }} as email,
    lower(case when provider = 'sendgrid' then event.event else event.status end) as provider_event,
    event.type as bounce_type,
    case when provider = 'sendgrid' then event.status end as smtp_status,
    coalesce(event.reason, event.comment, event.delivery_info.delivery_status) as reason,
    event.url as url,
    coalesce(event.ip, event.delivery_info.ip) as ip,
    event.asm_group_id as unsubscribe_group_id,
    coalesce(event.marketing_campaign_name, event.campaign, event.metadata.campaign, event.metadata.campaign_id, split_part(translate(cast(event.category as varchar), '[]"', ''), ',', 1)) as campaign,
    coalesce(event.timestamp, event.event_time) as time_text,
    event_text as properties,
    events_in_body,
    _exported_at,
    _file_name,
    _file_id,
    _line,
    _load_id
from parsed
