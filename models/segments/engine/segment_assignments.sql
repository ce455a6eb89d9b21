{{ config(materialized='by_customer') }}
with

customers as (

    select customer_id from {{ ref('customers') }}
    where {{ is_changed('customer_id') }}

),

priorities as (

    select * from {{ ref('segment_priorities') }}

),

members as (

    select customer_id, segment from {{ ref('segment_conditions') }}
    where is_member and {{ is_changed('customer_id') }}

),

lists as (

    select distinct list from priorities

),

ranked as (

    select
        priorities.list,
        members.customer_id,
        priorities.segment,
        priorities.priority,
        row_number() over (partition by priorities.list, members.customer_id order by priorities.priority, priorities.segment) as place

    from priorities
    inner join members on priorities.segment = members.segment

),

assigned as (

    select customers.customer_id, lists.list, coalesce(ranked.segment, 'nobody') as segment, ranked.priority
    from customers
    cross join lists
    left join ranked on customers.customer_id = ranked.customer_id and lists.list = ranked.list and ranked.place = 1

)

select * from assigned
