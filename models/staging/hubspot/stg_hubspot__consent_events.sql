with

statements as (

    select * from {{ ref('stg_hubspot__consent_changes') }}
    union all
    select * from {{ ref('stg_hubspot__legal_bases') }}

),

consent_events as (

    select
        'hubspot:' || md5(concat_ws('|', source_key, purpose, channel, action, legal_basis, cast(occurred_at as varchar))) as consent_event_id,
        'hubspot:contact:' || source_key as record_id,
        case when {{ blank_to_null('email') }} is not null then 'email' end as identifier_type,
        {{ blank_to_null('email') }} as raw_value,
        channel,
        purpose,
        action,
        legal_basis,
        occurred_at,
        {{ empty_columns(consent_event_columns(), ['expires_at', 'ip']) }},
        method,
        document,
        evidence,
        'hubspot' as source,
        _file_id,
        _line,
        _load_id
    from statements

)

select * from consent_events
