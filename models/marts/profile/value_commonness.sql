with

candidates as (

    select customer_id, attribute, value from {{ ref('attribute_candidates') }}
    where attribute in ('given_name', 'additional_name', 'family_name', 'email', 'phone')

),

several as (

    select customer_id, attribute
    from candidates
    group by customer_id, attribute
    having min(value) <> max(value)

),

compared as (

    select distinct candidates.customer_id, candidates.attribute, candidates.value
    from candidates
    inner join several on candidates.customer_id = several.customer_id and candidates.attribute = several.attribute

),

holders as (

    select candidates.attribute, candidates.value, count(distinct candidates.customer_id) as customer_count
    from candidates
    inner join (select distinct attribute, value from compared) as wanted on candidates.attribute = wanted.attribute and candidates.value = wanted.value
    group by candidates.attribute, candidates.value

)

-- A rank and not a number: numbers change every day, the order of a customer's few values hardly ever.
select
    compared.customer_id,
    compared.attribute,
    compared.value,
    dense_rank() over (partition by compared.customer_id, compared.attribute order by holders.customer_count) as commonness
from compared
inner join holders on compared.attribute = holders.attribute and compared.value = holders.value
