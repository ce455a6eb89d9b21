with

deals as (

    select * from {{ ref('stg_bitrix24__deals') }}

),

leads as (

    select * from {{ ref('stg_bitrix24__people') }}
    where is_latest and entity = 'lead'

),

deal_columns as (

    select
        'deal:' || source_key as object_key, status, deal_created_at, deal_closed_at, source_updated_at, buyer_record_id as record_id,
        {{ blank_to_null('utm_campaign') }} as campaign,
        {{ parse_amount('amount') }} as amount,
        coalesce({{ currency_code('currency') }}, {{ source_currency('bitrix24') }}) as currency,
        {{ json_object_text({'deal': 'title', 'stage': 'stage', 'category': 'category', 'owner': 'owner', 'utm_source': 'utm_source', 'utm_medium': 'utm_medium'}) }} as properties,
        {{ lineage() }}
    from deals

),

moments as (

    select
        'lead_created' as event_name, coalesce(source_created_at, source_updated_at) as occurred_at, 'lead:' || source_key as object_key,
        'bitrix24:lead:' || source_key as record_id, {{ blank_to_null('utm_campaign') }} as campaign,
        cast(null as decimal(18, 2)) as amount, cast(null as varchar) as currency,
        {{ json_object_text({'stage': 'stage', 'origin': 'origin', 'owner': 'owner', 'utm_source': 'utm_source', 'utm_medium': 'utm_medium'}) }} as properties,
        {{ lineage() }}
    from leads

    union all

    select 'deal_created', coalesce(deal_created_at, source_updated_at), object_key, record_id, campaign, amount, currency, properties, _file_id, _line, _load_id
    from deal_columns

    union all

    select
        case status when 'paid' then 'deal_won' else 'deal_lost' end, coalesce(deal_closed_at, source_updated_at),
        object_key, record_id, campaign, amount, currency, properties, _file_id, _line, _load_id
    from deal_columns
    where status in ('paid', 'lost')

),

events as (

    select
        'bitrix24:' || object_key || ':' || event_name as event_id,
        'bitrix24' as source,
        event_name,
        occurred_at,
        record_id,
        case when record_id like 'bitrix24:contact:%' then 'bitrix24_contact_id' when record_id is not null then 'bitrix24_lead_id' end as subject_type,
        split_part(record_id, ':', 3) as subject_value,
        'crm' as channel,
        campaign,
        {{ empty_columns(event_columns(), ['user_id', 'message_id', 'url']) }},
        amount,
        currency,
        properties,
        _file_id,
        _line,
        _load_id
    from moments

)

select * from events
