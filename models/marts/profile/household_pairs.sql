with

ties as (

    select * from {{ ref('household_ties') }}
    where not is_crowded

),

pairs as (

    select
        l.customer_id,
        r.customer_id as other_customer_id,
        l.contact_type,
        l.value

    from ties as l
    inner join ties as r on l.contact_type = r.contact_type and l.value = r.value and l.customer_id <> r.customer_id

),

named as (

    select
        record_customers.customer_id,
        int_records.given_name_key,
        {{ family_stem('int_records.family_name_key') }} as family_stem,
        int_records.locality_key,
        int_records.birth_year

    from {{ ref('int_records') }} as int_records
    inner join {{ source('identity', 'record_customers') }} as record_customers on int_records.record_id = record_customers.record_id
    where record_customers.customer_id in (select customer_id from pairs)

),

given_names as (

    select distinct customer_id, given_name_key from named where length(given_name_key) > 1

),

people as (

    select customer_id, min(birth_year) as birth_year from named group by customer_id having max(length(given_name_key)) > 1

),

same_names as (

    select distinct pairs.customer_id, pairs.other_customer_id
    from pairs
    inner join given_names as l on pairs.customer_id = l.customer_id
    inner join given_names as r on pairs.other_customer_id = r.customer_id and l.given_name_key = r.given_name_key

),

-- A number that is passed on, or given at a till for somebody else, goes to people of another name in another place.
near as (

    select distinct pairs.customer_id, pairs.other_customer_id
    from pairs
    inner join named as l on pairs.customer_id = l.customer_id
    inner join named as r
        on pairs.other_customer_id = r.customer_id and (l.family_stem = r.family_stem or l.locality_key = r.locality_key)

)

-- Who shares a contact and a given name may be one person whom matching did not join, unless a generation lies between them.
select
    pairs.customer_id,
    pairs.other_customer_id,
    pairs.contact_type,
    pairs.value
from pairs
inner join people as l on pairs.customer_id = l.customer_id
inner join people as r on pairs.other_customer_id = r.customer_id
inner join near on pairs.customer_id = near.customer_id and pairs.other_customer_id = near.other_customer_id
left join same_names on pairs.customer_id = same_names.customer_id and pairs.other_customer_id = same_names.other_customer_id
where same_names.customer_id is null or abs(l.birth_year - r.birth_year) >= 15
