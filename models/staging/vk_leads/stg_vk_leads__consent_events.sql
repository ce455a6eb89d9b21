with

people as (

    select * from {{ ref('stg_vk_leads__people') }}

),

answers as (

    select 'marketing' as purpose, marketing_consent as answer, marketing_wording as wording, people.* from people
    union all
    select 'personal_data', personal_data_consent, personal_data_wording, people.* from people

),

-- An unticked box on a form is no withdrawal of what was granted elsewhere.
consent_events as (

    select
        'vk_leads:' || md5(source_key || '|' || purpose) as consent_event_id,
        'vk_leads:form_lead:' || source_key as record_id,
        case when email is not null then 'email' when phone is not null then 'phone' when user_id is not null then 'vk_id' end as identifier_type,
        coalesce(email, phone, user_id) as raw_value,
        'any' as channel,
        purpose,
        'granted' as action,
        'consent' as legal_basis,
        submitted_at as occurred_at,
        {{ empty_columns(consent_event_columns(), ['expires_at', 'ip']) }},
        'lead_form' as method,
        {{ document_text('form_id', 'wording') }} as document,
        {{ json_object_text({'form_id': 'form_id', 'answer': 'answer', 'method': "'lead form'", 'file': '_file_name'}) }} as evidence,
        'vk_leads' as source,
        {{ lineage() }}
    from answers
    where coalesce({{ parse_boolean('answer') }}, regexp_matches(lower(answer), '^(да|yes|i agree|соглас)'))

)

select * from consent_events
