"""One dlt load of a source's files. The only module that knows dlt."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.sources.arrival import Arrival
from pipelines.sources.inbox import clear
from pipelines.sources.report import plain


class LandingError(RuntimeError):
    """The landing itself failed, not a file. What was loaded so far is undone by the next landing."""


def load(connection: duckdb.DuckDBPyConnection, source: str, files: list[Arrival], work: Path) -> str | None:
    """One dlt load of all tables of a source. Its folder lives for this load only, so nothing of it can be pending later."""
    dlt = _dlt()
    pipeline = dlt.pipeline(
        f"land_{source}",
        pipelines_dir=str(work),
        dataset_name=f"raw_{source}",
        destination=dlt.destinations.duckdb(connection, preferred_loader_file_format="parquet"),
    )

    def of_table(name: str) -> Iterator[pa.RecordBatch]:
        for file in files:
            if file.table and file.table.name == name:
                yield from read_ahead(file.rows())

    names = sorted({file.table.name for file in files if file.table})
    try:
        info = pipeline.run([dlt.resource(of_table, name=name, write_disposition="append")(name) for name in names])
    except Exception as error:
        raise LandingError(f"{source}: dlt could not load ({plain(error)})") from None
    finally:
        clear(work)
    return info.loads_ids[0] if info.loads_ids else None


def read_ahead(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same batches, the next one being read while dlt writes this one: both leave Python's lock, so two cores share the work."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, batches, None)
            yield batch


def _dlt():
    """dlt, imported late because it is slow, and told what must hold wherever it is started from."""
    os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
    os.environ.setdefault("LOAD__DELETE_COMPLETED_JOBS", "true")
    os.environ.setdefault("RESTORE_FROM_DESTINATION", "false")  # a load keeps no state: the manifest does; asking costs a third of a small load
    os.environ.setdefault("DATA_WRITER__BUFFER_MAX_ITEMS", "200000")  # row groups DuckDB loads a quarter faster than small ones
    os.environ.setdefault("NORMALIZE__RUN_SLEEP", "0")  # a tenth of a second after each step, twenty-two times a landing
    os.environ.setdefault("LOAD__RUN_SLEEP", "0")
    os.environ.setdefault("NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID", "true")
    import dlt

    return dlt


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
