with

counted as (

    select
        customer_id,
        contact_type,
        value,
        count(*) over (partition by contact_type, value) as customer_count
    from {{ ref('customer_contacts') }}

)

select
    customer_id,
    contact_type,
    value,
    customer_count,
    customer_count > {{ var('household_members_at_most') }} as is_crowded
from counted
where customer_count > 1
