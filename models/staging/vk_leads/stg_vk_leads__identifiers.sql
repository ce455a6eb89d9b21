with

people as (

    select
        'vk_leads:form_lead:' || source_key as record_id,
        email,
        phone,
        user_id,
        {{ phone_region('vk_leads') }} as phone_region,
        submitted_at as first_seen_at
    from {{ ref('stg_vk_leads__people') }}

),

identifiers as (

    {{ identifiers_from('people', 'vk_leads', [
        {'type': 'email', 'column': 'email'},
        {'type': 'phone', 'column': 'phone', 'several': true},
        {'type': 'vk_id', 'column': 'user_id', 'verified': 'true'},
    ]) }}

)

select * from identifiers
