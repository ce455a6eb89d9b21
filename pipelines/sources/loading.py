"""One dlt load of a source's files. The only module that knows dlt."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import duckdb
import pyarrow as pa

from pipelines.redaction import plain
from pipelines.sources.arrival import Arrival
from pipelines.sources.inbox import clear

ROW_GROUP = 122_880  # rows
FIRST = Lock()


class LandingError(RuntimeError):
    """The landing itself failed, not a file. What was loaded so far is undone by the next landing."""


def load(connection: duckdb.DuckDBPyConnection, source: str, files: list[Arrival], work: Path) -> str | None:
    """One dlt load of all tables of a source. Its folder lives for this load only, so nothing of it can be pending later."""
    dlt = _dlt()
    pipeline = dlt.pipeline(
        f"land_{source}",
        pipelines_dir=str(work),
        dataset_name=f"raw_{source}",
        destination=dlt.destinations.duckdb(_credentials(connection), preferred_loader_file_format="parquet"),
    )

    def of_table(name: str) -> Iterator[pa.Table]:
        batches = (batch for file in files if file.table and file.table.name == name for batch in file.rows())
        yield from read_ahead(row_groups(batches))

    names = sorted({file.table.name for file in files if file.table})
    try:
        info = pipeline.run([dlt.resource(of_table, name=name, write_disposition="append")(name) for name in names])
    except Exception as error:
        raise LandingError(f"{source}: dlt could not load ({plain(error)})") from None
    finally:
        clear(work)
    return info.loads_ids[0] if info.loads_ids else None


def row_groups(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The same rows in tables of exactly a row group of DuckDB's: it writes those straight to disk, and puts all others together first, which doubles the work."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        while sum(part.num_rows for part in held) >= ROW_GROUP:
            table = pa.Table.from_batches(held)
            yield table[:ROW_GROUP]
            held = table[ROW_GROUP:].to_batches()
    if held:
        yield pa.Table.from_batches(held)


def read_ahead(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """The same tables, the next one being read while dlt writes this one: both leave Python's lock, so two cores share the work."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, tables, None)
        while (table := coming.result()) is not None:
            coming = reader.submit(next, tables, None)
            yield table


def prepare() -> None:
    """Tells dlt what must hold wherever it is started from. To be called before there are threads."""
    os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
    os.environ.setdefault("LOAD__DELETE_COMPLETED_JOBS", "true")
    os.environ.setdefault("RESTORE_FROM_DESTINATION", "false")  # a load keeps no state: the manifest does; asking costs a third of a small load
    os.environ.setdefault("DATA_WRITER__BUFFER_MAX_ITEMS", str(ROW_GROUP))
    os.environ.setdefault("DATA_WRITER__COMPRESSION", "none")  # read once, a moment later
    os.environ.setdefault("NORMALIZE__RUN_SLEEP", "0")  # a tenth of a second after each step, twenty-two times a landing
    os.environ.setdefault("LOAD__RUN_SLEEP", "0")
    os.environ.setdefault("NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID", "true")
    import pandas  # noqa: F401, TID251  pyarrow would import it as soon as it is given a list, while dlt looks whether it is there


def _dlt():
    """dlt, imported late because it is slow: by the first source that is ready, while the files of the next are hashed. Its import is not made for two threads."""
    with FIRST:
        import dlt
        import dlt.destinations.impl.duckdb.duck  # dlt would import it within its first load
    return dlt


def _credentials(connection: duckdb.DuckDBPyConnection):
    """The connection as dlt wants it, resolved once: dlt would look through its settings for each field some ninety times a load, half of what a load costs."""
    from dlt.destinations.impl.duckdb.configuration import DuckDbCredentials

    credentials = DuckDbCredentials(connection)
    credentials.resolve()
    return credentials


def check_counts(connection: duckdb.DuckDBPyConnection, source: str, files: list[Arrival]) -> None:
    """What dlt was given must be in the warehouse, file by file."""
    for name in {file.table.name for file in files}:
        expected = {file.report.file_id: file.report.rows_loaded for file in files if file.table.name == name and file.report.status == "loaded"}
        found = dict(
            connection.execute(
                f'select _file_id, count(*) from "raw_{source}"."{name}" where list_contains(?, _file_id) group by all', [list(expected)]
            ).fetchall()
        )
        wrong = sum(found.get(file_id, 0) != rows for file_id, rows in expected.items())
        if wrong:
            raise LandingError(f"{source}: {wrong} files of {name} have another number of rows in the warehouse than were read")
