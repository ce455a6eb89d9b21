with

deals as (

    select * from {{ ref('stg_hubspot__deals') }}

),

moments as (

    select 'deal_created' as event_name, coalesce(created_at, source_updated_at) as occurred_at, deals.* from deals
    union all
    select case status when 'paid' then 'deal_won' else 'deal_lost' end, coalesce(closed_at, source_updated_at), deals.* from deals
    where status in ('paid', 'lost')

),

events as (

    select

        ---------- ids
        'hubspot:deal:' || source_key || ':' || event_name as event_id,
        'hubspot' as source,
        event_name,
        occurred_at,
        buyer_record_id as record_id,
        case when buyer_record_id is not null then 'hubspot_contact_id' end as subject_type,
        replace(buyer_record_id, 'hubspot:contact:', '') as subject_value,

        ---------- what
        'crm' as channel,
        {{ empty_columns(event_columns(), ['user_id', 'message_id', 'campaign', 'url']) }},
        {{ parse_amount('amount') }} as amount,
        coalesce({{ currency_code('currency') }}, {{ source_currency('hubspot') }}) as currency,
        {{ json_object_text({'deal': 'deal_name', 'stage': 'deal_stage', 'pipeline': 'pipeline', 'owner': 'deal_owner', 'contacts': 'associated_contact_ids', 'companies': 'associated_company_ids'}) }} as properties,
        {{ lineage() }}

    from moments

)

select * from events
