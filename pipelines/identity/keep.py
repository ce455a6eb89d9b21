"""Customer ids that outlive clusters: who inherits an id, and the ledger of what became of each.

An id goes with the largest part of its records; of several ids that meet in one cluster, the one with most records there stays and the
others are redirected to it. An id that ended is never given to anybody else; whose it was gets it back: see `former.py`. Reads the temporary table `decided` (record_id, cluster, linked_by) of the records
that were decided again, `changed` and the tables of the last run; leaves temporary tables for `tables.write`. Customers whose records
were not decided again keep everything. Which records belong together is decided before, in `resolve.py`.
"""

from datetime import datetime

from duckdb import DuckDBPyConnection

from pipelines.identity import former

# Whose customer is decided by this run: what the last one knew of these records no longer counts.
DECIDED = "create or replace temp table decided_records as select record_id from decided union all select record_id from changed where is_gone"

OLD = """
create or replace temp table old_customers as
select record_id, customer_id from warehouse.identity.record_customers semi join decided_records using (record_id)
"""

# Every tie is broken by text, so that the same clusters give the same ids in any order.
INHERITED = """
create or replace temp table inherited as
with

shared_records as (

    select decided.cluster, old.customer_id, count(*) as records
    from decided
    inner join old_customers as old on decided.record_id = old.record_id
    group by decided.cluster, old.customer_id

),

homes as (

    select *, row_number() over (partition by customer_id order by records desc, cluster) as place from shared_records

)

select cluster, customer_id, records, row_number() over (partition by cluster order by records desc, customer_id) as place
from homes
where place = 1
"""

# An id is made from the smallest record; if that id or record has a past already, the run's number is mixed in. The record's counts too,
# since an erasure takes the past of an id away, and the record may have been with who was erased.
ASSIGNED = """
create or replace temp table assigned as
with

sizes as (

    select cluster, count(*) as record_count, min(record_id) as first_record_id from decided group by cluster

),

fresh as (

    select cluster, record_count, first_record_id, 'c_' || left(md5(first_record_id), 16) as customer_id from sizes

),

known as (

    select customer_id from fresh semi join warehouse.identity.customer_events using (customer_id)
    union
    select customer_id from fresh semi join warehouse.identity.record_moves as moves on fresh.first_record_id = moves.record_id

)

select
    fresh.cluster,
    fresh.record_count,
    coalesce(
        inherited.customer_id,
        revived.customer_id,
        case when known.customer_id is null then fresh.customer_id else 'c_' || left(md5(fresh.first_record_id || ' ' || $run_number), 16) end
    ) as customer_id,
    inherited.customer_id is null as is_new
from fresh
left join inherited on fresh.cluster = inherited.cluster and inherited.place = 1
left join revived on fresh.cluster = revived.cluster
left join known on fresh.customer_id = known.customer_id
"""

RECORDS = """
create or replace temp table new_record_customers as
select decided.record_id, assigned.customer_id, assigned.record_count as cluster_size, decided.linked_by
from decided
inner join assigned on decided.cluster = assigned.cluster
order by decided.record_id
"""

# What a new id was part of before, if its records had another: the one most of them had.
ORIGINS = """
create or replace temp table origins as
with

shared_records as (

    select assigned.customer_id, old.customer_id as other_customer_id, count(*) as records
    from assigned
    inner join decided on assigned.cluster = decided.cluster
    inner join old_customers as old on decided.record_id = old.record_id
    where assigned.is_new
    group by assigned.customer_id, old.customer_id

),

ranked as (

    select *, row_number() over (partition by customer_id order by records desc, other_customer_id) as place from shared_records

)

select customer_id, other_customer_id from ranked where place = 1
"""

# Ids that have no cluster of their own any more, and where most of their records went.
GONE = """
create or replace temp table gone as
select old.customer_id, assigned.customer_id as other_customer_id
from (select distinct customer_id from old_customers) as old
left join inherited on old.customer_id = inherited.customer_id
left join assigned on inherited.cluster = assigned.cluster
where coalesce(assigned.customer_id <> old.customer_id, true)
"""

# The pair that holds a merged id to its new customer most strongly, and the doubt that parted a split one.
JOINED_BY = """
create or replace temp table joined_by as
with

pairs as (

    select left_record_id, right_record_id, match_weight, rule from new_pairs where decision = 'match' and $merged > 0

),

bridges as (

    select old.customer_id, pairs.*
    from pairs
    inner join old_customers as old on pairs.left_record_id = old.record_id
    left join old_customers as other on pairs.right_record_id = other.record_id
    where other.customer_id is distinct from old.customer_id
    union all
    select old.customer_id, pairs.*
    from pairs
    inner join old_customers as old on pairs.right_record_id = old.record_id
    left join old_customers as other on pairs.left_record_id = other.record_id
    where other.customer_id is distinct from old.customer_id

),

ranked as (

    select *, row_number() over (partition by customer_id order by match_weight desc, left_record_id, right_record_id) as place from bridges

)

select
    customer_id, left_record_id, right_record_id, rule, match_weight,
    left_record_id || ' and ' || right_record_id || ', ' || rule || ', weight ' || round(match_weight, 1) as evidence
from ranked where place = 1
"""

PARTED_BY = """
create or replace temp table parted_by as
select distinct on (new.customer_id)
    new.customer_id, refused.left_record_id, refused.right_record_id, refused.reason,
    refused.reason || ' between ' || refused.left_record_id || ' and ' || refused.right_record_id as evidence
from (select *, unnest([left_record_id, right_record_id]) as record_id from refused) as refused
inner join new_record_customers as new on refused.record_id = new.record_id
order by new.customer_id, evidence
"""

EVENTS = """
create or replace temp table new_events as
with

events as (

    select
        customer_id, 'created' as event, cast(null as varchar) as other_customer_id,
        case when customer_id in (select customer_id from revived) then 'records came back' else 'new records' end as cause
    from assigned where is_new and customer_id not in (select customer_id from origins)
    union all
    select customer_id, 'split_from', other_customer_id, 'records parted' from origins
    union all
    select customer_id, 'merged_into', other_customer_id, 'records joined' from gone where other_customer_id is not null
    union all
    select customer_id, 'retired', null, 'records gone' from gone where other_customer_id is null

)

select
    events.customer_id, events.event, events.other_customer_id, cast($run_number as bigint) as run_number, cast($run_at as timestamp) as run_at, events.cause,
    case events.event when 'merged_into' then joined_by.evidence when 'split_from' then parted_by.evidence end as evidence
from events
left join joined_by on events.customer_id = joined_by.customer_id
left join parted_by on events.customer_id = parted_by.customer_id
order by events.customer_id, events.event
"""

# Which customer a record belongs to from now on; null when the record is gone.
MOVES = """
create or replace temp table new_moves as
select
    coalesce(new.record_id, old.record_id) as record_id, new.customer_id,
    cast($run_number as bigint) as run_number, cast($run_at as timestamp) as run_at
from new_record_customers as new
full join old_customers as old on new.record_id = old.record_id
where new.customer_id is distinct from old.customer_id
order by record_id
"""

# `changed_at` moves when a record comes or goes.
CUSTOMERS = """
create or replace temp table new_customers as
with

stayed as (

    select new.customer_id, count(*) as records
    from new_record_customers as new
    inner join old_customers as old on new.record_id = old.record_id and new.customer_id = old.customer_id
    group by new.customer_id

),

-- An id that is given back is as old as it is.
firsts as (

    select customer_id, min(run_at) as created_at from warehouse.identity.record_moves semi join revived using (customer_id) group by customer_id

)

select
    assigned.customer_id,
    assigned.record_count,
    coalesce(old.created_at, firsts.created_at, cast($run_at as timestamp)) as created_at,
    case
        when stayed.records = assigned.record_count and old.record_count = assigned.record_count then old.changed_at
        else cast($run_at as timestamp)
    end as changed_at
from assigned
left join stayed on assigned.customer_id = stayed.customer_id
left join warehouse.identity.customers as old on assigned.customer_id = old.customer_id
left join firsts on assigned.customer_id = firsts.customer_id
order by assigned.customer_id
"""

# An old redirect follows its target on; where the target is gone, it leads nowhere and says so.
FOLLOWED = """
create or replace temp table followed as
with

became as (select customer_id, other_customer_id from new_events where event in ('merged_into', 'retired'))

select
    old.old_customer_id,
    case when became.customer_id is null then old.customer_id else became.other_customer_id end as customer_id,
    old.redirected_at
from warehouse.identity.customer_redirects as old
left join became on old.customer_id = became.customer_id
where old.old_customer_id not in (select customer_id from revived)
union all
select customer_id, other_customer_id, cast($run_at as timestamp) from became
"""

# Unless most of its records went another way.
LED_EVENTS = """
insert into new_events
select customer_id, 'redirected_to', leads_to, cast($run_number as bigint), cast($run_at as timestamp), 'records parted', null from led_elsewhere order by customer_id
"""
REDIRECTS = """
create or replace temp table new_redirects as
select
    followed.old_customer_id,
    case when led.customer_id is null then followed.customer_id else led.leads_to end as customer_id,
    case when led.customer_id is null then followed.redirected_at else cast($run_at as timestamp) end as redirected_at
from followed
left join led_elsewhere as led on followed.old_customer_id = led.customer_id
order by followed.old_customer_id
"""


def assign(connection: DuckDBPyConnection, run_number: int) -> None:
    """Gives each cluster its customer id: `decided_records` and `new_record_customers`."""
    for statement in (DECIDED, OLD, INHERITED):
        connection.execute(statement).fetchall()
    former.find(connection)
    for statement in (ASSIGNED, RECORDS):
        connection.execute(statement, {"run_number": str(run_number)} if "$run_number" in statement else None).fetchall()


def record(connection: DuckDBPyConnection, run_at: datetime, run_number: int) -> None:
    """Notes what became of every id there was. Needs `new_pairs` and `refused` for the evidence."""
    connection.execute(GONE).fetchall()
    # Where no id was merged, which most often is so, no pair has to be looked at.
    merged = connection.execute("select count(other_customer_id) from gone").fetchall()[0][0]
    values = {"run_at": run_at.strftime("%Y-%m-%d %H:%M:%S"), "run_number": run_number, "merged": merged}

    def execute(*statements: str) -> None:
        for statement in statements:
            connection.execute(statement, {name: value for name, value in values.items() if f"${name}" in statement} or None).fetchall()

    execute(ORIGINS, JOINED_BY, PARTED_BY, EVENTS, FOLLOWED)
    former.lead(connection)
    execute(LED_EVENTS, MOVES, CUSTOMERS, REDIRECTS)
