-- Incremental: the JSON of a file is read once; a file never changes.
{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail') }}

with

source as (

    select * from {{ source('segment', 'events') }}
    {% if is_incremental() %}
    where _file_id not in (select _file_id from {{ this }})
    {% endif %}

),

parsed as (

    select
        source.*,
        {{ json_struct('payload', {
            'type': 'text', 'event': 'text', 'name': 'text', 'messageId': 'text', 'userId': 'text', 'anonymousId': 'text', 'previousId': 'text', 'groupId': 'text',
            'timestamp': 'text', 'originalTimestamp': 'text', 'sentAt': 'text', 'receivedAt': 'text',
            'traits': 'json', 'properties': 'json',
            'context': {'traits': 'json', 'ip': 'text', 'locale': 'text', 'page': {'url': 'text'}, 'campaign': {'name': 'text', 'source': 'text', 'medium': 'text'}},
        }) }} as message
    from source

),

extracted as (

    select

        ---------- ids
        coalesce(nullif(message.messageId, ''), md5(payload)) as message_key,
        nullif(message.userId, '') as user_id,
        nullif(message.anonymousId, '') as anonymous_id,
        nullif(message.previousId, '') as previous_id,
        nullif(message.groupId, '') as group_id,

        ---------- strings
        lower(message.type) as message_type,
        coalesce(message.event, message.name) as spoken_name,
        cast(message.traits as varchar) as traits,
        cast(message.properties as varchar) as properties,
        cast(message.context.traits as varchar) as context_traits,
        message.context.ip as ip,
        message.context.locale as locale,
        message.context.page.url as page_url,
        message.context.campaign.name as utm_campaign,
        message.context.campaign.source as utm_source,
        message.context.campaign.medium as utm_medium,

        ---------- timestamps
        coalesce({{ parse_timestamp('coalesce(message.timestamp, message.originalTimestamp, message.sentAt, message.receivedAt)', 'segment') }}, _exported_at) as occurred_at,
        _exported_at,
        _file_name,
        {{ lineage() }}

    from parsed

)

select * from extracted
