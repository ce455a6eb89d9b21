with

order_consents as (

    select
        buyer_record_id as record_id,
        'email' as channel,
        'granted' as action,
        ordered_at as occurred_at,
        'checkout' as method,
        email as raw_value,
        {{ json_object_text({'field': "'Accepts Marketing'", 'order': 'order_key', 'method': "'checkout'", 'file': '_file_name'}) }} as evidence,
        {{ lineage() }}
    from {{ ref('stg_shopify__order_headers') }}
    where {{ parse_boolean('accepts_marketing') }} and {{ blank_to_null('email') }} is not null

),

statements as (

    select * from order_consents
    union all
    select * from {{ ref('stg_shopify__customer_consents') }}

),

consent_events as (

    select
        'shopify:' || md5(concat_ws('|', record_id, channel, action, cast(occurred_at as varchar), evidence)) as consent_event_id,
        record_id,
        case when {{ blank_to_null('raw_value') }} is null then null when channel = 'sms' then 'phone' else 'email' end as identifier_type,
        ltrim({{ blank_to_null('raw_value') }}, '''') as raw_value,
        channel,
        'marketing' as purpose,
        action,
        'consent' as legal_basis,
        occurred_at,
        method,
        {{ empty_columns(consent_event_columns(), ['expires_at', 'ip', 'document']) }},
        evidence,
        'shopify' as source,
        _file_id,
        _line,
        _load_id
    from statements

)

select * from consent_events
