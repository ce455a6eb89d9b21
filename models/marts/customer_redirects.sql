select
    customer_id as old_customer_id,
    customer_id,
    cast(null as timestamp) as redirected_at
from {{ source('identity', 'customers') }}

union all

select
    old_customer_id,
    customer_id,
    redirected_at
from {{ source('identity', 'customer_redirects') }}
