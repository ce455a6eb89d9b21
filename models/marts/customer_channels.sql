{{ config(materialized='by_customer') }}
with

customers as (

    select customer_id from {{ ref('customers') }}
    where {{ is_changed('customer_id') }}

),

channels as (

    select channel, processing_needed from {{ ref('consent_purposes') }}
    where purpose = 'marketing'

),

consents as (

    select * from {{ ref('consents') }}
    where {{ is_changed('customer_id') }}

),

suppressed as (

    select distinct channel, identifier_type, address
    from {{ ref('suppressions') }}

),

identifiers as (

    select * from {{ ref('customer_identifiers') }}
    where {{ is_changed('customer_id') }}

),

-- The address that may be used comes first, then the one that is consented to, then the best there is.
addresses as (

    select
        identifiers.customer_id,
        channels.channel,
        identifiers.identifier_type,
        identifiers.value,
        consented.value is not null as is_consented,
        suppressed.address is not null as is_suppressed,
        row_number() over (
            partition by identifiers.customer_id, channels.channel
            order by
                consented.value is not null and suppressed.address is null desc, consented.value is not null desc,
                identifiers.is_primary desc, identifiers.identifier_type, identifiers.value
        ) as place

    from identifiers
    inner join channels on {{ is_address_of('identifiers.identifier_type', 'channels.channel') }}
    left join {{ ref('consent_addresses') }} as consented
        on identifiers.customer_id = consented.customer_id and channels.channel = consented.channel
        and identifiers.identifier_type = consented.identifier_type and identifiers.value = consented.value
    left join suppressed
        on channels.channel = suppressed.channel and identifiers.identifier_type = suppressed.identifier_type and identifiers.value = suppressed.address
    where identifiers.is_valid
        and (identifiers.is_primary or (consented.value is not null and not coalesce(identifiers.is_junk or identifiers.is_shared, false)))

),

channelled as (

    select
        customers.customer_id,
        channels.channel,
        addresses.identifier_type,
        addresses.value as address,
        addresses.value is not null as has_address,
        coalesce(marketing.is_granted, false) and coalesce(addresses.is_consented, true) as has_consent,
        coalesce(addresses.is_suppressed, false) as is_suppressed,
        case channels.processing_needed
            when 'none' then coalesce(personal_data.state = 'withdrawn', false)
            when 'basis' then coalesce(personal_data.state not in ('granted', 'other_basis'), true)
            else coalesce(personal_data.state <> 'granted', true)
        end as is_processing_forbidden,
        coalesce(marketing.is_granted, false) as is_granted

    from customers
    cross join channels
    left join addresses
        on customers.customer_id = addresses.customer_id and channels.channel = addresses.channel and addresses.place = 1
    left join consents as marketing
        on customers.customer_id = marketing.customer_id and channels.channel = marketing.channel and marketing.purpose = 'marketing'
    left join consents as personal_data
        on customers.customer_id = personal_data.customer_id and personal_data.purpose = 'personal_data'

)

select
    customer_id, channel, identifier_type, address, has_address, has_consent, is_suppressed, is_processing_forbidden,
    has_address and has_consent and not is_suppressed and not is_processing_forbidden as is_reachable,
    case
        when not is_granted then 'no consent to advertising'
        when is_processing_forbidden then 'no consent to processing personal data'
        when not has_address then 'no address'
        when not has_consent then 'the consent is for another address'
        when is_suppressed then 'the address is suppressed'
    end as obstacle
from channelled
