with

household_members as (

    select * from {{ ref('household_members') }}

),

customers as (

    select customer_id, created_at from {{ source('identity', 'customers') }}

)

select
    household_members.household_id,
    cast(count(*) as bigint) as member_count,
    bool_or(household_members.ties like '%address%') as shares_home,
    bool_or(household_members.ties like '%phone%') as shares_phone,
    bool_or(household_members.ties like '%email%') as shares_email,
    min(customers.created_at) as first_known_at,
    max(customers.created_at) as last_joined_at
from household_members
inner join customers on household_members.customer_id = customers.customer_id
group by household_members.household_id
