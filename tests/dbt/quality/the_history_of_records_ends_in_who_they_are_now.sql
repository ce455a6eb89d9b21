{{ config(meta={"dagster": {"ref": {"name": "customer_records"}}}) }}
-- What the ledger adds up to is what identity says now, row for row: so each record has one customer, and a ledger restores them all.
with

history as (

    select record_id, customer_id, count(*) as n from {{ ref('customer_records') }} where is_current group by record_id, customer_id

),

now as (

    select record_id, customer_id, count(*) as n from {{ source('identity', 'record_customers') }} group by record_id, customer_id

)

select coalesce(history.record_id, now.record_id) as record_id
from history
full join now on history.record_id = now.record_id and history.customer_id = now.customer_id
where history.n is null or now.n is null or history.n <> 1 or now.n <> 1
