with

customers as (

    select * from {{ ref('customers') }}

),

guests as (

    select * from {{ ref('static_list_lines') }}
    where list = 'vip_guests'

),

conditions as (

    select
        customers.customer_id,
        count(guests.customer_id) > 0 as is_on_list,
        count(guests.customer_id) as list_lines_count

    from customers
    left join guests on customers.customer_id = guests.customer_id
    group by customers.customer_id

)

select
    *,
    is_on_list as is_member
from conditions
