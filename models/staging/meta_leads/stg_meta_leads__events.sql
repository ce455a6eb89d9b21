with

leads as (

    select * from {{ ref('stg_meta_leads__leads') }}

),

events as (

    select
        'meta_leads:' || source_key as event_id,
        'meta_leads' as source,
        'form_submitted' as event_name,
        submitted_at as occurred_at,
        'meta_leads:form_lead:' || source_key as record_id,
        case when email is not null then 'email' when phone_number is not null then 'phone' end as subject_type,
        coalesce(email, phone_number) as subject_value,
        'social' as channel,
        campaign_name as campaign,
        {{ empty_columns(event_columns(), ['user_id', 'message_id', 'url', 'amount', 'currency']) }},
        {{ json_object_text({'form': 'form_name', 'form_id': 'form_id', 'ad': 'ad_name', 'ad_id': 'ad_id', 'adset': 'adset_name', 'campaign_id': 'campaign_id', 'platform': 'platform', 'is_organic': 'is_organic'}) }} as properties,
        {{ lineage() }}
    from leads

)

select * from events
