with

customers as (

    select customer_id from {{ ref('customers') }}

),

priorities as (

    select * from {{ ref('segment_priorities') }}

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
    inner join {{ ref('segment_members') }} as members on priorities.segment = members.segment

),

assigned as (

    select customers.customer_id, lists.list, coalesce(ranked.segment, 'nobody') as segment, ranked.priority
    from customers
    cross join lists
    left join ranked on customers.customer_id = ranked.customer_id and lists.list = ranked.list and ranked.place = 1

)

select * from assigned
