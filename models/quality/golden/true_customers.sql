with

truth as (

    {{ truth_rows('records', {'record_id': 'varchar', 'person_id': 'varchar'}) }}

),

labelled as (

    select
        truth.person_id,
        coalesce(record_customers.customer_id, truth.record_id) as customer_id

    from truth
    left join {{ source('identity', 'record_customers') }} as record_customers on truth.record_id = record_customers.record_id

),

pairs as (

    select distinct person_id, customer_id from labelled

),

counted as (

    select
        *,
        count(*) over (partition by person_id) as customer_count,
        count(*) over (partition by customer_id) as person_count
    from pairs

)

select customer_id, person_id
from counted
where customer_count = 1 and person_count = 1
