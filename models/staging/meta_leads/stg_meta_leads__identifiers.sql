with

leads as (

    select
        'meta_leads:form_lead:' || source_key as record_id,
        email,
        phone_number,
        {{ phone_region('meta_leads') }} as phone_region,
        submitted_at as first_seen_at
    from {{ ref('stg_meta_leads__leads') }}

),

identifiers as (

    {{ identifiers_from('leads', 'meta_leads', [
        {'type': 'email', 'column': 'email'},
        {'type': 'phone', 'column': 'phone_number'},
    ]) }}

)

select * from identifiers
