"""Chance that repeats: the same seed, subject and purpose always give the same number, on any machine and thread count."""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import duckdb

from pipelines.demo import mess
from pipelines.settings import settings


@contextmanager
def connection(seed: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory, on disk for what the limit leaves no room for, with the macros that all steps share: `u(key, purpose)` in 0..1 and those of `mess`."""
    with TemporaryDirectory(prefix="company-") as folder:
        options = {"memory_limit": settings().memory_limit, "temp_directory": folder}
        with duckdb.connect(config=options | {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}) as con:
            _prepare(con, seed)
            yield con


def _prepare(con: duckdb.DuckDBPyConnection, seed: int) -> None:
    con.execute("set timezone = 'UTC'")
    con.execute("set enable_progress_bar = false")
    # joins to the word lists in the order written: the optimizer's own order multiplies the lists with each other
    con.execute("set disabled_optimizers = 'join_order'")
    # md5, because DuckDB's hash() may change with its version
    con.execute(f"create macro u(k, purpose) as cast('0x' || substr(md5('{int(seed)}|' || purpose || '|' || k), 1, 8) as ubigint) / 4294967296.0")
    # one draw serves several questions if they are asked of different digits
    con.execute("create macro again(x, n) as (x * n) % 1")
    for macro in mess.MACROS:
        con.execute(macro)
