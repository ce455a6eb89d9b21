with

customers as (

    select customer_id from {{ ref('customers') }}

),

channels as (

    select channel from {{ ref('consent_purposes') }}
    where purpose = 'marketing'

),

addresses as (

    select
        customer_id,
        identifier_type,
        value,
        case identifier_type when 'email' then 'email' when 'phone' then 'phone' else 'messenger' end as reached_by,
        row_number() over (partition by customer_id, case identifier_type when 'email' then 'email' when 'phone' then 'phone' else 'messenger' end order by identifier_type, value) as place

    from {{ ref('customer_identifiers') }}
    where is_primary and is_valid and identifier_type in ('email', 'phone', 'telegram', 'vk_id')

),

consents as (

    select * from {{ ref('consents') }}

),

suppressed as (

    select distinct channel, identifier_type, address
    from {{ ref('suppressions') }}

),

channelled as (

    select
        customers.customer_id,
        channels.channel,
        addresses.identifier_type,
        addresses.value as address,
        addresses.value is not null as has_address,
        coalesce(marketing.is_granted, false) as has_consent,
        suppressed.address is not null as is_suppressed,
        coalesce(personal_data.state = 'withdrawn', false) as is_processing_forbidden

    from customers
    cross join channels
    left join addresses
        on customers.customer_id = addresses.customer_id and addresses.place = 1
        and addresses.reached_by = case channels.channel when 'sms' then 'phone' else channels.channel end
    left join consents as marketing
        on customers.customer_id = marketing.customer_id and channels.channel = marketing.channel and marketing.purpose = 'marketing'
    left join consents as personal_data
        on customers.customer_id = personal_data.customer_id and personal_data.purpose = 'personal_data'
    left join suppressed
        on channels.channel = suppressed.channel and addresses.identifier_type = suppressed.identifier_type and addresses.value = suppressed.address

)

select
    *,
    has_address and has_consent and not is_suppressed and not is_processing_forbidden as is_reachable
from channelled
