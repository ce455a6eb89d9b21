"""The ledger of customer ids outside the warehouse: one small file per run, only ever added to.

With it, a warehouse that was lost or is built anew from raw files gives every customer the id that they had. Each file holds what its
run moved (`identity.record_moves`) and what became of ids (`identity.customer_events`); all files together are the whole history.

    <data>/identity/ledger/000001.parquet …
"""

from pathlib import Path

from duckdb import DuckDBPyConnection

from pipelines.files import put

SEGMENT = """
select 'move' as kind, record_id, customer_id, null as event, null as other_customer_id, null as cause, null as evidence, run_number, run_at
from warehouse.identity.record_moves where run_number = $run
union all
select 'event', null, customer_id, event, other_customer_id, cause, evidence, run_number, run_at
from warehouse.identity.customer_events where run_number = $run
order by all
"""

# In the order in which they must be filled: the maps of now follow from the histories.
RESTORE = {
    "identity.record_moves": "select record_id, customer_id, run_number, run_at from segments where kind = 'move'",
    "identity.customer_events": "select customer_id, event, other_customer_id, run_number, run_at, cause, evidence from segments where kind = 'event'",
    "identity.record_customers": """
        select record_id, customer_id, count(*) over (partition by customer_id) as cluster_size, 'score' as linked_by
        from (select *, row_number() over (partition by record_id order by run_number desc) as place from segments where kind = 'move') as moves
        where place = 1 and customer_id is not null
    """,
    "identity.customers": """
        select now.customer_id, now.record_count, first.created_at, first.changed_at
        from (select customer_id, count(*) as record_count from warehouse.identity.record_customers group by customer_id) as now
        inner join (
            select customer_id, min(run_at) as created_at, max(run_at) as changed_at
            from (
                select customer_id, run_at from segments where kind = 'move'
                union all
                select lag(customer_id) over (partition by record_id order by run_number), run_at from segments where kind = 'move'
            ) as came_and_went
            group by customer_id
        ) as first
            on now.customer_id = first.customer_id
    """,
    "identity.customer_redirects": """
        with recursive

        last as (

            select * from (
                select *, row_number() over (partition by customer_id order by run_number desc) as place from segments where kind = 'event'
            ) as ends where place = 1 and event in ('merged_into', 'retired', 'redirected_to')

        ),

        followed as (

            select customer_id as old_customer_id, other_customer_id as customer_id, run_at as redirected_at from last
            union all
            select followed.old_customer_id, last.other_customer_id, followed.redirected_at
            from followed inner join last on followed.customer_id = last.customer_id

        )

        select old_customer_id, customer_id, redirected_at from followed
        where customer_id is null or customer_id not in (select customer_id from last)
    """,
}


def catch_up(connection: DuckDBPyConnection, folder: Path) -> None:
    """Writes the files of runs that have none yet; a warehouse that knows nothing of later runs is told, be it new or put back from a backup."""
    ledger, written = folder / "ledger", _written(folder)
    known = {row[0] for row in connection.execute("select run_number from warehouse.identity.runs").fetchall()}
    for run in sorted(known - written):
        ledger.mkdir(parents=True, exist_ok=True)
        path = ledger / f"{run:06d}.parquet"
        draft = path.with_name(f"{path.name}.draft")
        connection.execute(f"copy ({SEGMENT}) to '{draft}' (format parquet)", {"run": run}).fetchall()
        put(draft, path)
    if max(written, default=0) > max(known, default=0):
        _restore(connection, ledger)


def next_run(connection: DuckDBPyConnection, folder: Path) -> int:
    """The number of the run that is under way; numbers are never used again, also not after a restoration: a run without moves left only its file."""
    query = "select greatest((select coalesce(max(run_number), 0) from warehouse.identity.runs), (select coalesce(max(run_number), 0) from warehouse.identity.record_moves))"
    return max(connection.execute(query).fetchall()[0][0], *_written(folder), 0) + 1


def _written(folder: Path) -> set[int]:
    """The runs that have a file."""
    return {int(path.stem) for path in (folder / "ledger").glob("*.parquet")}


def _restore(connection: DuckDBPyConnection, ledger: Path) -> None:
    connection.execute(f"create or replace temp view segments as select * from read_parquet('{ledger}/*.parquet')").fetchall()
    connection.execute("begin").fetchall()
    for table, query in RESTORE.items():
        connection.execute(f"delete from warehouse.{table}").fetchall()
        connection.execute(f"insert into warehouse.{table} by name {query}").fetchall()
    # What a backup knows of records is of another day than these ids: the run that follows decides everything again.
    connection.execute("delete from warehouse.matching.state").fetchall()
    connection.execute("commit").fetchall()
