"""Ids of former times whose records part or come back: such an id is theirs again, or leads to whoever has them now.

A merge that is undone, and an export that lacked people for a day, must leave no trace in the ids: lists kept elsewhere still name them.
An id that ended goes where most of the records are that it held at its end. Where that is a cluster without an id, it is its id once
more; otherwise it leads there. Who inherits an id that is in use is `keep.py`'s.
"""

from duckdb import DuckDBPyConnection

# Only ids that a record of this run's ever had: the others' records are where they were.
RECORDS = """
create or replace temp table former_records as
with

ids as (

    select distinct moves.customer_id
    from warehouse.identity.record_moves as moves
    semi join decided on moves.record_id = decided.record_id
    semi join warehouse.identity.customer_redirects as redirects on moves.customer_id = redirects.old_customer_id

),

ends as (

    select customer_id, max(run_number) as run_number
    from warehouse.identity.customer_events
    where event in ('merged_into', 'retired') and customer_id in (select customer_id from ids)
    group by customer_id

),

histories as (

    select record_id, run_number, lag(customer_id) over (partition by record_id order by run_number) as customer_id
    from warehouse.identity.record_moves
    where record_id in (select record_id from warehouse.identity.record_moves where customer_id in (select customer_id from ids))

)

select histories.customer_id, histories.record_id
from histories
inner join ends on histories.customer_id = ends.customer_id and histories.run_number = ends.run_number
"""

# Where two have as many, the id stays with whom it leads to; else whoever has an id already comes first.
HOMES = """
create or replace temp table former_homes as
with

homes as (

    select former.customer_id, decided.cluster, coalesce(inherited.customer_id, stayed.customer_id) as leads_to, count(*) as records
    from former_records as former
    left join decided on former.record_id = decided.record_id
    left join inherited on decided.cluster = inherited.cluster and inherited.place = 1
    left join warehouse.identity.record_customers as stayed
        on former.record_id = stayed.record_id and former.record_id not in (select record_id from decided_records)
    where decided.record_id is not null or stayed.record_id is not null
    group by all

),

ranked as (

    select
        homes.*,
        row_number() over (
            partition by homes.customer_id
            order by homes.records desc, coalesce(homes.leads_to = redirects.customer_id, false) desc, homes.leads_to nulls last, homes.cluster
        ) as place
    from homes
    left join warehouse.identity.customer_redirects as redirects on homes.customer_id = redirects.old_customer_id

)

select customer_id, cluster, leads_to, records from ranked where place = 1
"""

REVIVED = """
create or replace temp table revived as
select cluster, customer_id
from (
    select *, row_number() over (partition by cluster order by records desc, customer_id) as place from former_homes where leads_to is null
) as claims
where place = 1
"""

# Where the ids lead that have not been revived, if that is elsewhere than where following their targets leads.
LED = """
create or replace temp table led_elsewhere as
select homes.customer_id, coalesce(homes.leads_to, assigned.customer_id) as leads_to
from former_homes as homes
left join assigned on homes.cluster = assigned.cluster
inner join followed on homes.customer_id = followed.old_customer_id
where homes.customer_id not in (select customer_id from revived) and followed.customer_id is distinct from coalesce(homes.leads_to, assigned.customer_id)
"""


def find(connection: DuckDBPyConnection) -> None:
    """Makes `revived` (cluster, customer_id): the clusters that get an id of former times. Needs `decided` and `inherited`."""
    for statement in (RECORDS, HOMES, REVIVED):
        connection.execute(statement).fetchall()


def lead(connection: DuckDBPyConnection) -> None:
    """Makes `led_elsewhere` (customer_id, leads_to). Needs `assigned` and `followed`: where redirects lead by following their targets."""
    connection.execute(LED).fetchall()
