"""Loads what is new in the inbox into `raw_<source>`, through dlt. Safe to re-run and to kill.

dlt appends, which doubles rows after a kill at the wrong moment. So a source is marked as started before dlt touches it and
the mark goes in the same transaction that remembers its files: rows of files that nobody remembers are removed first by the
next landing. That is as safe as merging by `_file_id`, which costs a third more, and each row is written once.
Reading files is `reader`'s, cleaning values is staging's.
"""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines.responses.delivery import deliver
from pipelines.settings import settings
from pipelines.sources import manifest
from pipelines.sources.arrival import DUPLICATE, Arrival
from pipelines.sources.inbox import InboxFile, clear, list_files
from pipelines.sources.loading import check_counts, load, prepare
from pipelines.sources.reader import inspect
from pipelines.sources.report import FileReport, LandingReport, Refusal
from pipelines.warehouse import connect

AT_ONCE = 2  # sources: while DuckDB writes the rows of one, the files of the next are read
log = logging.getLogger(__name__)


def land(run_at: datetime) -> LandingReport:
    """Loads every file the warehouse has not met. A file that cannot be loaded is reported and stops nothing."""
    run_at = run_at.astimezone(UTC).replace(tzinfo=None) if run_at.tzinfo else run_at
    deliver()
    files = list_files()
    report = LandingReport()
    work = settings().data / "landing"
    with connect() as connection:
        clear(work)  # of a killed landing
        manifest.create_tables(connection)
        for source in manifest.undo_unfinished(connection):
            log.warning("%s: removed what an unfinished landing had left", source)
        report.files = _land_sources(connection, manifest.unseen(connection, files), work, run_at)
    clear(work)
    return report


def check() -> Iterator[FileReport]:
    """What the inbox holds and what is wrong with it, without loading anything."""
    known = _known_to_warehouse()
    for file in list_files():
        report = inspect(file)
        if report.status == "ready" and (report.source, report.file_id) in known:
            report.status, report.reason, report.remedy = "duplicate", DUPLICATE, None
        if report.status == "ready":
            known.add((report.source, report.file_id))
        yield report


def _known_to_warehouse() -> set[tuple[str, str | None]]:
    """Source and hash of what is loaded. While a run holds the warehouse, or before the first one, nothing is known."""
    if not settings().warehouse.exists():
        return set()
    try:
        with connect(read_only=True) as connection:
            return set(connection.execute("select source, file_id from landing.files where status = 'loaded'").fetchall())
    except duckdb.Error:
        return set()


def _land_sources(connection: duckdb.DuckDBPyConnection, files: list[InboxFile], work: Path, run_at: datetime) -> list[FileReport]:
    """Two sources at a time, each with a connection, a dlt pipeline and a folder of its own."""
    groups: dict[str, list[InboxFile]] = {}
    for file in files:
        groups.setdefault(file.source, []).append(file)
    longest_first = sorted(groups, key=lambda source: -sum(file.size for file in groups[source]))  # else it would be left to run alone

    def land_one(source: str) -> list[FileReport]:
        with connection.cursor() as own:
            return _land_source(own, source, groups[source], work / source, run_at)

    if groups:
        prepare()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        reports = dict(zip(longest_first, pool.map(land_one, longest_first), strict=True))
    return [report for source in groups for report in reports[source]]


def _land_source(connection: duckdb.DuckDBPyConnection, source: str, files: list[InboxFile], work: Path, run_at: datetime) -> list[FileReport]:
    known = manifest.loaded_ids(connection, source)
    opened = [Arrival(file, work / "files" / str(number)) for number, file in enumerate(files)]
    for file in opened:
        file.meet(known)
    load_id = None
    waiting = [file for file in opened if file.report.status == "ready"]
    if waiting:
        manifest.start(connection, source, run_at)
        load_id = load(connection, source, waiting, work / "dlt")
        check_counts(connection, source, waiting)
    reports = [file.report for file in opened]
    _release_twins(reports)
    manifest.finish(connection, source, reports, load_id, run_at)
    _log(source, reports)
    return reports


def _release_twins(reports: list[FileReport]) -> None:
    """A file with the content of one that broke while it was read is not in: it is met again by the next landing."""
    broken = {report.file_id for report in reports if report.status == "refused"}
    for report in reports:
        if report.status == "duplicate" and report.file_id in broken:
            report.refuse(Refusal("a file with the same content could not be read", "see that file"))
            report.file_id = None


def _log(source: str, reports: list[FileReport]) -> None:
    for status in ("loaded", "refused", "duplicate"):
        if count := sum(report.status == status for report in reports):
            log.info("%s: %s files %s", source or "(no folder)", count, status)
    if bad := sum(report.rows_quarantined for report in reports):
        log.warning("%s: %s rows quarantined", source, bad)
