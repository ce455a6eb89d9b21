with

people as (

    select
        'people:person:' || source_key as record_id,
        email,
        phone,
        card_number,
        national_id,
        push_subscription,
        coalesce({{ country_code('country_code') }}, {{ phone_region('people') }}) as phone_region,
        source_updated_at as first_seen_at
    from {{ ref('stg_people__people') }}
    where is_latest

),

identifiers as (

    {{ identifiers_from('people', 'people', [
        {'type': 'email', 'column': 'email', 'several': true},
        {'type': 'phone', 'column': 'phone', 'several': true},
        {'type': 'loyalty_card', 'column': 'card_number', 'several': true},
        {'type': 'national_id', 'column': 'national_id', 'several': true},
        {'type': 'web_push', 'column': 'push_subscription'},
    ]) }}

)

select * from identifiers
