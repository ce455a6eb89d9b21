with

customer_values as (

    select * from {{ ref('customer_values') }}
    where attribute in ('given_name', 'additional_name', 'family_name', 'email', 'phone')

),

-- Most customers have one value of an attribute, which needs no counting.
compared as (

    select customer_id, attribute, value from customer_values
    where is_one_of_several

),

holders as (

    select attribute, value, count(*) as customer_count
    from customer_values
    where (attribute, value) in (select attribute, value from compared)
    group by attribute, value

)

-- A rank and not a number: numbers change every day, the order of a customer's few values hardly ever.
select
    compared.customer_id,
    compared.attribute,
    compared.value,
    dense_rank() over (partition by compared.customer_id, compared.attribute order by holders.customer_count) as commonness
from compared
inner join holders on compared.attribute = holders.attribute and compared.value = holders.value
