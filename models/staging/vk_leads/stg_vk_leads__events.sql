with

people as (

    select * from {{ ref('stg_vk_leads__people') }}

),

events as (

    select
        'vk_leads:' || source_key as event_id,
        'vk_leads' as source,
        'form_submitted' as event_name,
        submitted_at as occurred_at,
        'vk_leads:form_lead:' || source_key as record_id,
        case when user_id is not null then 'vk_id' when email is not null then 'email' when phone is not null then 'phone' end as subject_type,
        coalesce(user_id, email, phone) as subject_value,
        'social' as channel,
        {{ empty_columns(event_columns(), ['user_id', 'campaign', 'message_id', 'url', 'amount', 'currency']) }},
        {{ json_object_text({'form_id': 'form_id', 'ad_id': 'ad_id'}) }} as properties,
        {{ lineage() }}
    from people

)

select * from events
