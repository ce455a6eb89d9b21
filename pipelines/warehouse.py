"""Opening the warehouse. Every connection of the pipeline is made here, so that all of them behave alike."""

from contextlib import contextmanager
from collections.abc import Iterator
from pathlib import Path

import duckdb

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
    finally:
        connection.close()
