with

members as (

    select
        record_id,
        email_address,
        phone_number,
        euid,
        confirmed_at is not null and confirm_ip is not null as is_confirmed,
        coalesce(opted_in_at, confirmed_at, source_updated_at) as first_seen_at,
        {{ phone_region('mailchimp') }} as phone_region
    from {{ ref('stg_mailchimp__members') }}

)

{{ identifiers_from('members', 'mailchimp', [
    {'type': 'email', 'column': 'email_address', 'verified': 'is_confirmed'},
    {'type': 'phone', 'column': 'phone_number', 'several': true},
    {'type': 'mailchimp_euid', 'column': 'euid'},
]) }}
