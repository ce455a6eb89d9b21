{{ config(materialized='by_customer') }}
with

known as (

    select
        customer_id,
        attribute,
        value_key,
        lower(max(case when spelling_rank = 1 then value end)) as spelling,
        sum(record_count) as record_count,
        max(commonness) as commonness,
        max(case when is_formal then 1 else 0 end) as is_formal

    from {{ ref('attribute_spellings') }}
    where attribute in ('given_name', 'additional_name', 'family_name', 'email') and length(value_key) >= 4
        and {{ is_changed('customer_id') }}
    group by customer_id, attribute, value_key

),

ordered as (

    select
        *,
        row_number() over (
            partition by customer_id, attribute
            order by is_formal desc, record_count desc, commonness desc, length(spelling) desc, value_key
        ) as place

    from known

),

slips as (

    select
        slip.customer_id,
        slip.attribute,
        slip.value_key,
        meant.value_key as meant_key,
        row_number() over (partition by slip.customer_id, slip.attribute, slip.value_key order by meant.place) as choice

    from ordered as slip
    inner join ordered as meant
        on slip.customer_id = meant.customer_id and slip.attribute = meant.attribute and meant.place < slip.place
    where case
        -- Of two mailboxes that differ by a digit either may be right, and of two seen equally often, too.
        when slip.attribute = 'email' then
            {{ edit_distance('slip.value_key', 'meant.value_key') }} = 1 and slip.record_count < meant.record_count
            and regexp_replace(slip.value_key, '[^0-9]+', '', 'g') = regexp_replace(meant.value_key, '[^0-9]+', '', 'g')
        else least({{ edit_distance('slip.value_key', 'meant.value_key') }}, {{ edit_distance('slip.spelling', 'meant.spelling') }}) = 1
    end

)

select customer_id, attribute, value_key, meant_key
from slips
where choice = 1
