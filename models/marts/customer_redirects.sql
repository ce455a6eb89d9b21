with

births as (

    select customer_id, min(run_at) as created_at
    from {{ source('identity', 'customer_events') }}
    where event in ('created', 'split_from') and customer_id in (select old_customer_id from {{ source('identity', 'customer_redirects') }})
    group by customer_id

)

select
    customer_id as old_customer_id,
    customer_id,
    cast(null as timestamp) as redirected_at,
    created_at
from {{ source('identity', 'customers') }}

union all

select
    redirects.old_customer_id,
    redirects.customer_id,
    redirects.redirected_at,
    coalesce(births.created_at, redirects.redirected_at) as created_at
from {{ source('identity', 'customer_redirects') }} as redirects
left join births on redirects.old_customer_id = births.customer_id
