with

leads as (

    select * from {{ ref('stg_meta_leads__leads') }}
    where is_consent_given

),

-- An unticked box on a form is no withdrawal of what was granted elsewhere.
consent_events as (

    select
        'meta_leads:' || md5(source_key || '|marketing') as consent_event_id,
        'meta_leads:form_lead:' || source_key as record_id,
        case when email is not null then 'email' when phone_number is not null then 'phone' end as identifier_type,
        coalesce(email, phone_number) as raw_value,
        'any' as channel,
        'marketing' as purpose,
        'granted' as action,
        'consent' as legal_basis,
        submitted_at as occurred_at,
        {{ empty_columns(consent_event_columns(), ['expires_at', 'ip']) }},
        'lead_form' as method,
        {{ document_text('form_id', 'form_name') }} as document,
        {{ json_object_text({'form': 'form_name', 'form_id': 'form_id', 'answer': 'marketing_consent', 'method': "'lead form'", 'file': '_file_name'}) }} as evidence,
        'meta_leads' as source,
        {{ lineage() }}
    from leads

)

select * from consent_events
