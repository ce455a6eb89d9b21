with

contacts as (

    select
        imported.*,
        'hubspot:contact:' || source_key as contact_record_id,
        lower(email_confirmation_status) in ('confirmed', 'подтверждено', 'подтвержден') as is_confirmed,
        coalesce({{ country_code('country_region') }}, {{ phone_region('hubspot') }}) as phone_region,
        coalesce(source_created_at, source_updated_at) as first_seen_at
    from {{ ref('stg_hubspot__contacts') }} as imported
    where is_latest

),

{#- The raw column `record_id` holds HubSpot's own id; the shared shape needs the name. #}
named as (

    select
        contact_record_id as record_id, {{ blank_to_null('record_id') }} as hubspot_contact_id, is_confirmed, phone_region, first_seen_at,
        email, additional_emails, phone_number, mobile_phone_number, loyalty_card, ga_client_id, ym_client_id
    from contacts

),

identifiers as (

    {{ identifiers_from('named', 'hubspot', [
        {'type': 'hubspot_contact_id', 'column': 'hubspot_contact_id', 'verified': 'true'},
        {'type': 'email', 'column': 'email', 'verified': 'is_confirmed'},
        {'type': 'email', 'column': 'additional_emails', 'several': true, 'label': 'additional'},
        {'type': 'phone', 'column': 'phone_number', 'several': true},
        {'type': 'phone', 'column': 'mobile_phone_number', 'several': true, 'label': 'mobile'},
        {'type': 'loyalty_card', 'column': 'loyalty_card'},
        {'type': 'ga_client_id', 'column': 'ga_client_id'},
        {'type': 'ym_client_id', 'column': 'ym_client_id'},
    ]) }}

)

select * from identifiers
