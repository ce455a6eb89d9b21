with

sms as (

    select * from {{ ref('customer_channels') }}
    where channel = 'sms'

),

conditions as (

    select
        customer_id,
        has_address,
        has_consent,
        not is_suppressed as is_deliverable,
        not is_processing_forbidden as may_be_processed,
        identifier_type

    from sms

)

select
    *,
    has_address and has_consent and is_deliverable and may_be_processed as is_member
from conditions
