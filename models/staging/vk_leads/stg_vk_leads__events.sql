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
        cast(null as varchar) as user_id,
        'social' as channel,
        cast(null as varchar) as campaign,
        cast(null as varchar) as message_id,
        cast(null as varchar) as url,
        cast(null as decimal(18, 2)) as amount,
        cast(null as varchar) as currency,
        {{ json_object_text({'form_id': 'form_id', 'ad_id': 'ad_id'}) }} as properties,
        {{ lineage() }}
    from people

)

select * from events
