-- Incremental: the JSON of a file is read once; a file never changes.
{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail') }}

with

source as (

    select 'lines' as table_name, payload, _exported_at, {{ lineage() }} from {{ source('responses', 'lines') }}
    union all
    select 'mails' as table_name, payload, _exported_at, {{ lineage() }} from {{ source('responses', 'mails') }}

),

new_rows as (

    select * from source
    {% if is_incremental() %}
    where _file_id not in (select _file_id from {{ this }})
    {% endif %}

),

parsed as (

    select
        new_rows.*,
        {{ json_struct('payload', {
            'event_id': 'text', 'message_id': 'text', 'provider_message_id': 'text',
            'kind': 'text', 'occurred_at': 'text', 'channel': 'text', 'provider': 'text', 'identifier_type': 'text', 'address': 'text',
            'campaign': 'text', 'step': 'text', 'purpose': 'text', 'outcome': 'text', 'code': 'text', 'diagnostic': 'text', 'status': 'text',
            'url': 'text', 'scope': 'text', 'method': 'text', 'ip': 'text', 'user_agent': 'text', 'prefetch': 'text', 'auto': 'text',
        }) }} as line
    from new_rows

)

select

    ---------- ids
    {{ blank_to_null('line.event_id') }} as line_id,
    {{ blank_to_null('line.message_id') }} as message_id,
    {{ blank_to_null('line.provider_message_id') }} as provider_message_id,

    ---------- strings
    table_name,
    lower({{ blank_to_null('line.kind') }}) as kind,
    lower({{ blank_to_null('line.channel') }}) as channel,
    {{ blank_to_null('line.provider') }} as provider,
    {{ blank_to_null('line.identifier_type') }} as identifier_type,
    {{ blank_to_null('line.address') }} as address,
    {{ blank_to_null('line.campaign') }} as campaign,
    line.purpose as purpose,
    line.outcome as outcome,
    line.code as code,
    coalesce({{ blank_to_null('line.status') }}, nullif(regexp_extract(line.diagnostic, '^([245][.][0-9]{1,3}[.][0-9]{1,3})', 1), ''), line.code) as status,
    {{ blank_to_null('line.diagnostic') }} as diagnostic,
    {{ blank_to_null('line.url') }} as url,
    {{ blank_to_null('line.scope') }} as scope,
    {{ blank_to_null('line.method') }} as method,
    {{ blank_to_null('line.ip') }} as ip,
    {{ blank_to_null('line.user_agent') }} as user_agent,

    ---------- booleans
    coalesce(line.prefetch = 'true', false) as is_prefetch,
    coalesce(line.auto = 'true', false) as is_automatic,

    ---------- timestamps
    coalesce({{ parse_timestamp('line.occurred_at') }}, _exported_at) as occurred_at,
    line.occurred_at as time_text,
    _exported_at,
    _file_id,
    _line,
    _load_id

from parsed
