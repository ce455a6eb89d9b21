with

statements as (

    select *, {{ each_of('list_distinct(channels)') }} as channel
    from {{ ref('stg_consents__statements') }}
    where problem is null

),

addressed as (

    select statements.*, 'email' as identifier_type, email as raw_value from statements where email is not null and {{ is_address_of("'email'", 'channel') }}
    union all
    select statements.*, 'phone', phone from statements where phone is not null and {{ is_address_of("'phone'", 'channel') }}
    union all
    select statements.*, 'telegram', telegram from statements where telegram is not null and {{ is_address_of("'telegram'", 'channel') }}

),

unaddressed as (

    select statements.* from statements
    left join addressed on statements.source_key = addressed.source_key and statements.channel = addressed.channel
    where addressed.source_key is null

),

-- About every address that is given and is one of the channel; where none is, about the record that is named. Whoever leaves a channel and
-- names neither a record nor an address of it is known by the other addresses.
spoken as (

    select * from addressed
    union all
    select *, null, null from unaddressed where record_id is not null
    {% for identifier_type in ['email', 'phone', 'telegram'] %}
    union all
    select *, '{{ identifier_type }}', {{ identifier_type }} from unaddressed where record_id is null and {{ identifier_type }} is not null
    {%- endfor %}

),

{% set said = ['record_id', 'identifier_type', 'raw_value', 'channel', 'purpose', 'action', 'legal_basis', 'occurred_at', 'expires_at', 'method', 'ip', 'document'] -%}
-- The key is of what is said about this address: that a row names another address too, or no longer does, changes nothing here.
keyed as (

    select
        *,
        'consents:' || md5(concat_ws('|'{% for column in said %}, coalesce(cast({{ column }} as varchar), ''){% endfor %})) as said_key
    from spoken

),

numbered as (

    select *, row_number() over (partition by said_key order by _exported_at nulls last, _file_id, _line) as said_number
    from keyed

),

consent_events as (

    select
        said_key || case when said_number > 1 then ':' || said_number else '' end as consent_event_id,
        record_id,
        identifier_type,
        raw_value,
        channel,
        purpose,
        action,
        coalesce(legal_basis, case when action in ('granted', 'confirmed') then 'consent' end) as legal_basis,
        occurred_at,
        expires_at,
        method,
        ip,
        document,
        {{ json_object_text({'method': 'method', 'document': 'document', 'ip': 'ip', 'file': '_file_name', 'other': '_extra'}) }} as evidence,
        'consents' as source,
        {{ lineage() }}
    from numbered

)

select * from consent_events
