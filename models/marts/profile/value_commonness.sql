with

candidates as (

    select customer_id, attribute, value from {{ ref('attribute_candidates') }}
    where attribute in ('given_name', 'additional_name', 'family_name', 'email', 'phone')

),

-- Each value once per customer, with whether it is the only one: most are, and need no counting.
spelled as (

    select customer_id, attribute, value, count(*) over (partition by customer_id, attribute) > 1 as is_one_of_several
    from (select distinct customer_id, attribute, value from candidates) as known

),

compared as (

    select * from spelled
    where is_one_of_several

),

holders as (

    select spelled.attribute, spelled.value, count(*) as customer_count
    from spelled
    where (spelled.attribute, spelled.value) in (select attribute, value from compared)
    group by spelled.attribute, spelled.value

)

-- A rank and not a number: numbers change every day, the order of a customer's few values hardly ever.
select
    compared.customer_id,
    compared.attribute,
    compared.value,
    dense_rank() over (partition by compared.customer_id, compared.attribute order by holders.customer_count) as commonness
from compared
inner join holders on compared.attribute = holders.attribute and compared.value = holders.value
