"""Loads what is new in the inbox into `raw_<source>`, through dlt. Safe to re-run and to kill.

dlt appends, which doubles rows after a kill at the wrong moment. So a source is marked as started before dlt touches it and
the mark goes in the same transaction that remembers its files: rows of files that nobody remembers are removed first by the
next landing. That is as safe as merging by `_file_id`, which costs a third more, and each row is written once.
Reading files is `reader`'s, cleaning values is staging's.
"""

import itertools
import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.settings import settings
from pipelines.sources import manifest
from pipelines.sources.inbox import InboxFile, clear, list_files
from pipelines.sources.preset import Table
from pipelines.sources.reader import as_refusal, open_file
from pipelines.sources.registry import presets
from pipelines.sources.report import FileReport, LandingReport, Refusal, plain
from pipelines.warehouse import connect

log = logging.getLogger(__name__)


class LandingError(RuntimeError):
    """The landing itself failed, not a file. What was loaded so far is undone by the next landing."""


def land(run_at: datetime) -> LandingReport:
    """Loads every file the warehouse has not met. A file that cannot be loaded is reported and stops nothing."""
    run_at = run_at.astimezone(UTC).replace(tzinfo=None) if run_at.tzinfo else run_at
    files = list_files()
    report = LandingReport()
    work = settings().data / "landing"
    with connect() as connection:
        clear(work)  # of a killed landing
        manifest.create_tables(connection)
        for source in manifest.undo_unfinished(connection):
            log.warning("%s: removed what an unfinished landing had left", source)
        for source, group in itertools.groupby(manifest.unseen(connection, files), lambda file: file.source):
            report.files += _land_source(connection, source, list(group), work, run_at)
    clear(work)
    return report


def _land_source(connection: duckdb.DuckDBPyConnection, source: str, files: list[InboxFile], work: Path, run_at: datetime) -> list[FileReport]:
    known = manifest.loaded_ids(connection, source)
    opened = [_Opened(file, work / "files") for file in files]
    for file in opened:
        file.meet(known)
    load_id = None
    waiting = [file for file in opened if file.report.status == "ready"]
    if waiting:
        manifest.start(connection, source, run_at)
        load_id = _load(connection, source, waiting, work / "dlt")
        _check_counts(connection, source, waiting)
    reports = [file.report for file in opened]
    manifest.finish(connection, source, reports, load_id, run_at)
    _log(source, reports)
    return reports


class _Opened:
    """A file on its way: fetched and hashed, then read once, table by table."""

    def __init__(self, file: InboxFile, folder: Path):
        self.file, self.report = file, file.report()
        self.folder = folder / "".join(letter if letter.isalnum() else "_" for letter in file.source) / str(abs(hash(file.name)))
        self.path: Path | None = None
        self.table: Table | None = None
        self.batches: Iterator[pa.RecordBatch] = iter(())

    def meet(self, known: set[str]) -> None:
        """Finds out what the file is. Content that is already in is not read again."""
        try:
            self.path, self.report.file_id = self.file.fetch(self.folder)
            if self.report.file_id in known:
                self.report.status = "duplicate"
                self.report.reason = "the same content is already loaded"
                return
            self.table, self.batches = open_file(self.path, self.report, self.folder)
            known.add(self.report.file_id)
        except Exception as error:  # noqa: BLE001 - one file never stops the others
            self._refuse(error)

    def rows(self) -> Iterator[pa.RecordBatch]:
        """The file's rows; an error within them refuses the file, and what it had given is removed at the end."""
        try:
            yield from self.batches
            if self.file.has_changed():
                raise Refusal("the file changed while it was read", "it is read again at the next run")
            self.report.status = "loaded"
        except Exception as error:  # noqa: BLE001 - one file never stops the others
            self._refuse(error)
        finally:
            clear(self.folder)

    def _refuse(self, error: Exception) -> None:
        self.report.refuse(as_refusal(error))
        clear(self.folder)


def _load(connection: duckdb.DuckDBPyConnection, source: str, files: list[_Opened], work: Path) -> str | None:
    """One dlt load of all tables of a source. Its folder lives for this load only, so nothing of it can be pending later."""
    dlt = _dlt()
    pipeline = dlt.pipeline(f"land_{source}", pipelines_dir=str(work), dataset_name=f"raw_{source}", destination=dlt.destinations.duckdb(connection, preferred_loader_file_format="parquet"))

    def of_table(name: str) -> Iterator[pa.RecordBatch]:
        for file in files:
            if file.table and file.table.name == name:
                yield from file.rows()

    names = sorted({file.table.name for file in files if file.table})
    try:
        info = pipeline.run([dlt.resource(of_table, name=name, write_disposition="append")(name) for name in names])
    except Exception as error:
        raise LandingError(f"{source}: dlt could not load ({plain(error)})") from None
    finally:
        clear(work)
    return info.loads_ids[0] if info.loads_ids else None


def _dlt():
    """dlt, imported late because it is slow, and told what must hold wherever it is started from."""
    os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
    os.environ.setdefault("LOAD__DELETE_COMPLETED_JOBS", "true")
    os.environ.setdefault("NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID", "true")
    import dlt

    return dlt


def _check_counts(connection: duckdb.DuckDBPyConnection, source: str, files: list[_Opened]) -> None:
    """What dlt was given must be in the warehouse, file by file."""
    for name in {file.table.name for file in files}:
        expected = {file.report.file_id: file.report.rows_loaded for file in files if file.table.name == name and file.report.status == "loaded"}
        found = dict(connection.execute(f'select _file_id, count(*) from "raw_{source}"."{name}" where list_contains(?, _file_id) group by all', [list(expected)]).fetchall())
        wrong = sum(found.get(file_id, 0) != rows for file_id, rows in expected.items())
        if wrong:
            raise LandingError(f"{source}: {wrong} files of {name} have another number of rows in the warehouse than were read")


def _log(source: str, reports: list[FileReport]) -> None:
    for status in ("loaded", "refused", "duplicate"):
        if count := sum(report.status == status for report in reports):
            log.info("%s: %s files %s", source or "(no folder)", count, status)
    if bad := sum(report.rows_quarantined for report in reports):
        log.warning("%s: %s rows quarantined", source, bad)
