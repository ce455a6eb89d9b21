with

ties as (

    select
        contact_type,
        value,
        cast(max(customer_count) as bigint) as customer_count,
        bool_or(is_crowded) as is_crowded
    from {{ ref('household_ties') }}
    group by contact_type, value

),

paired as (

    select
        pairs.contact_type,
        pairs.value,
        max(members.household_id) as household_id
    from {{ ref('household_pairs') }} as pairs
    left join {{ ref('household_members') }} as members on pairs.customer_id = members.customer_id
    group by pairs.contact_type, pairs.value

)

select
    ties.contact_type,
    ties.value,
    ties.customer_count,
    case
        when ties.is_crowded then 'too many customers'
        when paired.value is null then 'no two relatives'
        when paired.household_id is null then 'too large a group'
        else 'household'
    end as reading,
    paired.household_id
from ties
left join paired on ties.contact_type = paired.contact_type and ties.value = paired.value
