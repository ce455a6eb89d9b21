"""Opening a file with segments, read-only and locked in: what readers have, or else the pipeline's own warehouse.

A connection from here cannot write, cannot leave its file and cannot be talked out of that; it has a limit of memory, and of time
where one is given.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Timer

import duckdb

from pipelines.publish import current
from pipelines.redaction import Told
from pipelines.settings import settings

NEEDED = {"segment_catalog", "segment_terms", "segment_conditions", "segment_members", "segment_sizes"}
MEMORY = "1GB"


class NotAnswered(Told):
    """The question cannot be answered; the text says what to do."""


@contextmanager
def reading(*, working: bool = False, seconds: float | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file, or the warehouse if `working` or if what is published knows no segments yet."""
    connection = _open(working)
    timer = Timer(seconds, connection.interrupt) if seconds else None
    try:
        # A second connection of this process shares what the first one has set and locked.
        if not connection.execute("select current_setting('lock_configuration')").fetchone()[0]:
            for setting in (
                "timezone = 'UTC'",
                f"memory_limit = '{MEMORY}'",
                "temp_directory = ''",
                "enable_external_access = false",
                "lock_configuration = true",
            ):
                connection.execute(f"set {setting}")
        if timer:
            timer.start()
        yield connection
    except duckdb.InterruptException:
        raise NotAnswered(f"It took more than {seconds:g} seconds and was stopped: ask less at once, or give more with --seconds") from None
    except duckdb.OutOfMemoryException:
        raise NotAnswered(f"It needs more than {MEMORY} of memory and was stopped: ask less at once") from None
    finally:
        if timer:
            timer.cancel()
        connection.close()


def _open(working: bool) -> duckdb.DuckDBPyConnection:
    version = current()
    published = [settings().published / version.full] if version and not working else []
    for path in [*published, settings().warehouse]:
        if path.exists():
            connection = _opened(path)
            if {name for (name,) in connection.execute("select table_name from duckdb_tables() where schema_name = 'segments'").fetchall()} >= NEEDED:
                return connection
            connection.close()
    raise NotAnswered("There are no segments yet: run `svod run` first")


def _opened(path: Path) -> duckdb.DuckDBPyConnection:
    config = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": str(settings().threads)}
    return duckdb.connect(str(path), read_only=True, config=config)


def must_know(connection: duckdb.DuckDBPyConnection, segment: str) -> None:
    """Refuse a name that is no segment, with those that come near it."""
    from difflib import get_close_matches

    names = [name for (name,) in connection.execute("select segment from segments.segment_catalog order by place").fetchall()]
    if segment not in names:
        near = get_close_matches(segment, names, n=3) or names
        raise NotAnswered(f"There is no segment {segment!r}. Perhaps {' or '.join(near)}; `svod segments list` names all")


def customer_now(connection: duckdb.DuckDBPyConnection, customer: str, at: datetime | None = None) -> str:
    """The id of now for any id ever given, or of whoever alone has this address, number or key; at a moment, who had it then, if anybody is known to."""
    found = connection.execute("select customer_id from marts.customer_redirects where old_customer_id = ?", [customer]).fetchone()
    if not found and customer.startswith("c_"):
        raise NotAnswered("No customer has or had this id: look one up in marts.customer_identifiers")
    if not found:
        return _holder(connection, customer, at)
    if found[0] is None:
        raise NotAnswered("The records of this customer are gone, so no segment knows them now: ask for a day before with --at")
    return found[0]


def _holder(connection: duckdb.DuckDBPyConnection, identifier: str, at: datetime | None) -> str:
    from pipelines.privacy.finding import spellings

    query = "select distinct customer_id from {} where value in (select unnest($1)) and not coalesce(is_junk, false) order by 1"
    then = [f"history.customer_identifiers_as_of(timestamp '{at}')"] if at else []
    found = (connection.execute(query.format(table), [spellings(identifier)]).fetchall() for table in (*then, "marts.customer_identifiers"))
    holders = [customer for (customer,) in next(filter(None, found), [])]
    if not holders:
        raise NotAnswered("No customer has this address, number or key")
    if len(holders) > 1:
        raise NotAnswered(f"{len(holders)} customers have this: name one of them by id: {', '.join(holders[:10])}")
    return holders[0]
