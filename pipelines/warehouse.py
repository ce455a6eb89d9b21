"""Opening the warehouse. Every connection of the pipeline is made here, so that all of them behave alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.redaction import plain
from pipelines.settings import settings


@contextmanager
def connect(path: Path | None = None, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the warehouse (or to `path`), in UTC and never reaching for the network."""
    target = path or settings().warehouse
    target.parent.mkdir(parents=True, exist_ok=True)
    config = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": settings().memory_limit,
        "threads": str(settings().threads),
    }
    connection = duckdb.connect(str(target), read_only=read_only, config=config)
    try:
        connection.execute("set timezone = 'UTC'")
        yield connection
    except duckdb.Error as error:
        # DuckDB quotes the value it stumbled over, and this error is on its way to a log.
        error.args = (plain(error),)
        raise
    finally:
        connection.close()
