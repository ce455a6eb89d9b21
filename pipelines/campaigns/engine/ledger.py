"""The tables of `communications` outside the warehouse: what each tick added, in one small file per table; only ever added to.

With it, a warehouse that was lost or is built anew has all passes, decisions and messages again, so that nobody gets anything twice.

    <data>/communications/ledger/<table>.<tick>.parquet …

The file of `ticks` is written last: a tick without it died before all its files were there, and they are written again. Attempts are not
here, they come from the attempt journal; nor is what each tick makes anew. What was called back between ticks (`recheck`) has files named by the moment it was called back.
"""

from pathlib import Path

from duckdb import DuckDBPyConnection

from pipelines.campaigns.tables import MADE_ANEW, SCHEMA, TABLES
from pipelines.files import put, quoted
from pipelines.redaction import Told

KEPT = tuple(name for name in TABLES if name not in ("attempts", "ticks", *MADE_ANEW))
MOMENT = {"scenarios": "first_seen_at"}
NAME = "strftime({}, '%Y%m%dT%H%M%S%f')"


class LedgerBroken(Told):
    """Files of the ledger are missing or damaged; the text says which."""


def catch_up(connection: DuckDBPyConnection, folder: Path) -> None:
    """Writes the files of ticks that have none yet; a warehouse that lacks ticks of which files tell is told, be it new or put back from a backup."""
    ledger = folder / "communications" / "ledger"
    written = {path.name.split(".")[1] for path in ledger.glob("ticks.*.parquet")}
    known = {name for (name,) in connection.execute(f"select {NAME.format('tick_at')} from {SCHEMA}.ticks").fetchall()}
    for name in sorted(known - written):
        for table in (*KEPT, "ticks"):
            _write(connection, ledger, table, name)
    called_back = connection.execute(f"select distinct {NAME.format('tick_at')} from {SCHEMA}.cancellations").fetchall()
    for (name,) in called_back:
        if not (ledger / f"cancellations.{name}.parquet").exists():
            _write(connection, ledger, "cancellations", name)
    if written - known:
        _restore(connection, ledger, written | known)


def _write(connection: DuckDBPyConnection, ledger: Path, table: str, name: str) -> None:
    rows = f"from {SCHEMA}.{table} where {NAME.format(MOMENT.get(table, 'tick_at'))} = '{name}'"
    if table != "ticks" and not connection.execute(f"select count(*) {rows}").fetchone()[0]:
        return
    ledger.mkdir(parents=True, exist_ok=True)
    path = ledger / f"{table}.{name}.parquet"
    draft = path.with_name(f".{path.name}.draft")
    connection.execute(f"copy (select * {rows} order by all) to '{quoted(draft)}' (format parquet, compression zstd)")
    put(draft, path)


def _restore(connection: DuckDBPyConnection, ledger: Path, written: set[str]) -> None:
    """Of ticks whose files are all there, and of what was called back between them."""
    connection.execute("begin")
    try:
        for table in (*KEPT, "ticks"):
            paths = [path for path in sorted(ledger.glob(f"{table}.*.parquet")) if table == "cancellations" or path.name.split(".")[1] in written]
            connection.execute(f"delete from {SCHEMA}.{table}")
            if paths:
                connection.execute(
                    f"insert into {SCHEMA}.{table} by name select * from read_parquet($paths, union_by_name = true)", {"paths": [str(path) for path in paths]}
                )
        for table in ("entries", "transitions", "decisions", "outbox"):
            _must_be_whole(connection, table)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def _must_be_whole(connection: DuckDBPyConnection, table: str) -> None:
    """A lost file would let people enter, or be written to, once more."""
    counted = "messages" if table == "outbox" else table
    missing = connection.execute(
        f"""select {NAME.format("ticks.tick_at")} from {SCHEMA}.ticks left join (select tick_at, count(*) as rows from {SCHEMA}.{table} group by tick_at) as found using (tick_at)
            where coalesce(found.rows, 0) < ticks.{counted} order by 1"""
    ).fetchall()
    if missing and not _was_erased(connection):
        raise LedgerBroken(f"The ledger of communications lacks rows: {table}.{missing[0][0]}.parquet is missing or damaged; put it back from a backup")


def _was_erased(connection: DuckDBPyConnection) -> bool:
    """Where people were erased, their rows are gone for good and counts say nothing any more."""
    from pipelines.privacy import tombstones

    return tombstones.file().exists()
