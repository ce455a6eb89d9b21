select
    record_count,
    count(*) as customers,
    sum(record_count) as records
from {{ source('identity', 'customers') }}
group by record_count
