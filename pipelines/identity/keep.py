"""Customer ids that outlive clusters: who inherits an id, and the ledger of what became of each.

An id goes with the largest part of its records; of several ids that meet in one cluster, the one with most records there stays and the
others are redirected to it. Ids are never used again. Reads the temporary table `clusters` (record_id, cluster) and the tables of the
last run; leaves temporary tables for `tables.write`. Which records belong together is decided before, in `resolve.py`.
"""

from datetime import datetime

from duckdb import DuckDBPyConnection

# Every tie is broken by text, so that the same clusters give the same ids in any order.
INHERITED = """
create or replace temp table inherited as
with

shared_records as (

    select clusters.cluster, old.customer_id, count(*) as records
    from clusters
    inner join warehouse.identity.record_customers as old on clusters.record_id = old.record_id
    group by clusters.cluster, old.customer_id

),

homes as (

    select *, row_number() over (partition by customer_id order by records desc, cluster) as place from shared_records

)

select cluster, customer_id, records, row_number() over (partition by cluster order by records desc, customer_id) as place
from homes
where place = 1
"""

# An id is made from the smallest record; if that id has a past already, the run's time is mixed in.
ASSIGNED = """
create or replace temp table assigned as
with

sizes as (

    select cluster, count(*) as record_count, min(record_id) as first_record_id from clusters group by cluster

),

fresh as (

    select cluster, record_count, first_record_id, 'c_' || left(md5(first_record_id), 16) as customer_id from sizes

),

known as (

    select distinct customer_id from warehouse.identity.customer_events

)

select
    fresh.cluster,
    fresh.record_count,
    coalesce(
        inherited.customer_id,
        case when known.customer_id is null then fresh.customer_id else 'c_' || left(md5(fresh.first_record_id || $run_at), 16) end
    ) as customer_id,
    inherited.customer_id is null as is_new
from fresh
left join inherited on fresh.cluster = inherited.cluster and inherited.place = 1
left join known on fresh.customer_id = known.customer_id
"""

# What a new id was part of before, if its records had another: the one most of them had.
ORIGINS = """
create or replace temp table origins as
with

shared_records as (

    select assigned.customer_id, old.customer_id as other_customer_id, count(*) as records
    from assigned
    inner join clusters on assigned.cluster = clusters.cluster
    inner join warehouse.identity.record_customers as old on clusters.record_id = old.record_id
    where assigned.is_new
    group by assigned.customer_id, old.customer_id

),

ranked as (

    select *, row_number() over (partition by customer_id order by records desc, other_customer_id) as place from shared_records

)

select customer_id, other_customer_id from ranked where place = 1
"""

EVENTS = """
create or replace temp table new_events as
with

gone as (

    select old.customer_id, assigned.customer_id as other_customer_id
    from (select distinct customer_id from warehouse.identity.record_customers) as old
    left join inherited on old.customer_id = inherited.customer_id
    left join assigned on inherited.cluster = assigned.cluster
    where coalesce(assigned.customer_id <> old.customer_id, true)

),

events as (

    select customer_id, 'created' as event, cast(null as varchar) as other_customer_id, 'new records' as cause
    from assigned where is_new and customer_id not in (select customer_id from origins)
    union all
    select customer_id, 'split_from', other_customer_id, 'records parted' from origins
    union all
    select customer_id, 'merged_into', other_customer_id, 'records joined' from gone where other_customer_id is not null
    union all
    select customer_id, 'retired', null, 'records gone' from gone where other_customer_id is null

)

select customer_id, event, other_customer_id, cast($run_at as timestamp) as run_at, cause
from events
order by customer_id, event
"""

RECORDS = """
create or replace temp table new_record_customers as
select clusters.record_id, assigned.customer_id, assigned.record_count as cluster_size, clusters.linked_by
from clusters
inner join assigned on clusters.cluster = assigned.cluster
order by clusters.record_id
"""

# `changed_at` moves when a record comes or goes.
CUSTOMERS = """
create or replace temp table new_customers as
with

stayed as (

    select new.customer_id, count(*) as records
    from new_record_customers as new
    inner join warehouse.identity.record_customers as old on new.record_id = old.record_id and new.customer_id = old.customer_id
    group by new.customer_id

)

select
    assigned.customer_id,
    assigned.record_count,
    coalesce(old.created_at, cast($run_at as timestamp)) as created_at,
    case
        when stayed.records = assigned.record_count and old.record_count = assigned.record_count then old.changed_at
        else cast($run_at as timestamp)
    end as changed_at
from assigned
left join stayed on assigned.customer_id = stayed.customer_id
left join warehouse.identity.customers as old on assigned.customer_id = old.customer_id
order by assigned.customer_id
"""

# An old redirect follows its target on; one that leads to a retired customer ends.
REDIRECTS = """
create or replace temp table new_redirects as
with

merged as (

    select customer_id, other_customer_id from new_events where event = 'merged_into'

),

followed as (

    select old.old_customer_id, coalesce(merged.other_customer_id, old.customer_id) as customer_id, old.redirected_at
    from warehouse.identity.customer_redirects as old
    left join merged on old.customer_id = merged.customer_id
    union all
    select customer_id, other_customer_id, cast($run_at as timestamp) from merged

)

select old_customer_id, customer_id, redirected_at
from followed
where customer_id in (select customer_id from assigned)
order by old_customer_id
"""


def keep(connection: DuckDBPyConnection, run_at: datetime) -> None:
    """Gives each cluster its customer id and notes what became of every id there was."""
    moment = run_at.strftime("%Y-%m-%d %H:%M:%S")
    for statement in (INHERITED, ASSIGNED, ORIGINS, EVENTS, RECORDS, CUSTOMERS, REDIRECTS):
        connection.execute(statement, {"run_at": moment} if "$run_at" in statement else None).fetchall()
