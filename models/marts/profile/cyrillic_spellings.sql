with

written as (

    select attribute, value, count(*) as customer_count, 0 as formal_count
    from {{ ref('customer_values') }}
    where attribute not in ('email', 'phone')
    group by attribute, value

    union all

    select 'given_name' as attribute, given_name as value, 0 as customer_count, count(*) as formal_count
    from {{ ref('given_names') }}
    group by given_name

),

spellings as (

    select
        attribute,
        value,
        cast(sum(customer_count) as bigint) as customer_count,
        sum(formal_count) as formal_count

    from written
    where {{ matches('lower(value)', '.*[а-яё].*') }}
    group by attribute, value

),

keyed as (

    select *, {{ name_key('value') }} as spelling_key from spellings

),

ranked as (

    select
        attribute,
        spelling_key,
        value,
        customer_count,
        row_number() over (partition by attribute, spelling_key order by formal_count desc, customer_count desc, value) as place

    from keyed

)

select attribute, spelling_key, value, customer_count
from ranked
where place = 1
