with

lines as (

    select
        list,
        trim(identifier) as identifier,
        case when trim(identifier) like '%@%' then 'email' when trim(identifier) like 'c!_%' escape '!' then 'customer_id' else 'phone' end as identifier_type

    from {{ ref('static_lists') }}

),

spelled as (

    select
        *,
        case identifier_type
            when 'email' then lower(identifier)
            when 'customer_id' then identifier
            else '+' || {{ regexp_replace_all(regexp_replace_all('identifier', '[^0-9]', ''), '^8([0-9]{10})$', '7\\1') }}
        end as value

    from lines

),

holders as (

    select identifier_type, value, customer_id
    from {{ ref('customer_identifiers') }}
    where identifier_type in ('email', 'phone') and is_valid and not is_junk and value in (select value from spelled)
    union all
    select 'customer_id' as identifier_type, old_customer_id as value, customer_id
    from {{ ref('customer_redirects') }}
    where old_customer_id in (select value from spelled)

),

counted as (

    select identifier_type, value, min(customer_id) as customer_id, count(distinct customer_id) as customers_count
    from holders
    group by identifier_type, value

),

resolved as (

    select
        spelled.list,
        spelled.identifier,
        spelled.identifier_type,
        case when counted.customers_count = 1 then counted.customer_id end as customer_id,
        case
            when counted.value is null then 'nobody holds it'
            when counted.customers_count = 0 then 'its records are gone'
            when counted.customers_count > 1 then 'several customers hold it'
        end as problem

    from spelled
    left join counted on spelled.identifier_type = counted.identifier_type and spelled.value = counted.value

)

select * from resolved
