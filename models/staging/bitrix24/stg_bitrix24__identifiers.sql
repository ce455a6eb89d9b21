with

people as (

    select
        'bitrix24:' || entity || ':' || source_key as record_id,
        case when entity = 'contact' then bitrix24_contact_id end as contact_id,
        case when entity = 'lead' then bitrix24_lead_id end as lead_id,
        work_phone, mobile_phone, home_phone, mailing_phone, other_phone,
        work_email, private_email, mailing_email, other_email,
        -- A page address and a bare number are the same account.
        coalesce(nullif(regexp_extract(vk, '(^|/)(id)?([0-9]+)/?$', 3), ''), vk) as vk_id,
        telegram, ym_client_id, loyalty_card,
        coalesce({{ country_code('country') }}, {{ phone_region('bitrix24') }}) as phone_region,
        coalesce(source_created_at, source_updated_at) as first_seen_at
    from {{ ref('stg_bitrix24__people') }}
    where is_latest

),

identifiers as (

    {{ identifiers_from('people', 'bitrix24', [
        {'type': 'bitrix24_contact_id', 'column': 'contact_id', 'verified': 'true'},
        {'type': 'bitrix24_lead_id', 'column': 'lead_id', 'verified': 'true'},
        {'type': 'phone', 'column': 'work_phone', 'several': true, 'label': 'work'},
        {'type': 'phone', 'column': 'mobile_phone', 'several': true, 'label': 'mobile'},
        {'type': 'phone', 'column': 'home_phone', 'several': true, 'label': 'home'},
        {'type': 'phone', 'column': 'mailing_phone', 'several': true, 'label': 'mailing'},
        {'type': 'phone', 'column': 'other_phone', 'several': true, 'label': 'other'},
        {'type': 'email', 'column': 'work_email', 'several': true, 'label': 'work'},
        {'type': 'email', 'column': 'private_email', 'several': true, 'label': 'home'},
        {'type': 'email', 'column': 'mailing_email', 'several': true, 'label': 'mailing'},
        {'type': 'email', 'column': 'other_email', 'several': true, 'label': 'other'},
        {'type': 'vk_id', 'column': 'vk_id'},
        {'type': 'telegram', 'column': 'telegram'},
        {'type': 'ym_client_id', 'column': 'ym_client_id'},
        {'type': 'loyalty_card', 'column': 'loyalty_card'},
    ]) }}

)

select * from identifiers
