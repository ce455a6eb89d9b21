"""The engine on its own, on any file of people: read and standardized the way an export is, matched, and held against a truth.

Everything happens in a folder that is gone afterwards; the warehouse of this installation is not touched.
"""

import io
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipelines.files import quoted
from pipelines.identity.evaluation_files import PREFIX, SOURCE, CannotEvaluate, land_records, store_truth
from pipelines.identity.measure import Quality, quality
from pipelines.identity.words import Note
from pipelines.redaction import Told
from pipelines.settings import PROJECT, settings
from pipelines.warehouse import connect

# What of the project the engine needs: this one source, and what standardizes it.
SELECTED = ("path:models/staging/people", "path:models/intermediate/names", "path:models/intermediate/contacts", "given_names", "name_variants",
            "junk_values", "identifier_types", "country_names", "path:models/intermediate/placeholders", "int_source_records", "int_records", "int_identifiers", "int_links")  # fmt: skip
STAGED = {shape: [SOURCE] if shape in ("records", "identifiers") else []
          for shape in ("records", "identifiers", "links", "consent_events", "suppressions", "events", "orders", "order_lines")}  # fmt: skip
# Columns of which a record has one value: see the macro `first_of_several`.
SINGLE = ("full_name", "given_name", "additional_name", "family_name", "gender", "birth_date", "street", "locality", "region", "postal_code", "country_code")
FURTHER = r"""
select count(*), string_agg(distinct name, ', ' order by name)
from (unpivot (select {columns} from staging.stg_people__people where is_latest) on {columns} into name name value cell)
where regexp_matches(cell, ';\s*[^;\s]')
"""
MEGABYTE = 1024**2 if sys.platform == "darwin" else 1024  # in what the system counts peak memory


@dataclass(frozen=True)
class Evaluation:
    """`seconds` and `cpu_seconds` are those of matching alone, those of reading and standardizing are told apart.

    `peak_mb` is the whole command's: of this process, or of dbt and this process together where that is more.
    """

    records: int
    customers: int
    pairs_scored: int
    model: str
    reading_seconds: float
    reading_cpu_seconds: float
    seconds: float
    cpu_seconds: float
    peak_mb: int
    quality: Quality | None
    notes: list[Note]


def evaluate(records: Path, truth: Path | None, clusters: Path | None = None, progress: Callable[[str], None] = lambda stage: None) -> Evaluation:
    """Matches `records` (CSV or Parquet) and compares with `truth` (record_id, entity_id); writes who is who to `clusters` if asked."""
    parsed = settings().data.resolve() / "target"
    with tempfile.TemporaryDirectory(prefix="svod-evaluate-") as folder, _own_data(Path(folder)), redirect_stdout(io.StringIO()):  # Splink prints
        return _evaluate(records, truth, clusters, Path(folder), parsed, progress)


@contextmanager
def _own_data(folder: Path) -> Iterator[None]:
    """A data folder for this evaluation alone; afterwards the settings are as they were."""
    before = dict(os.environ)
    os.environ |= {"SVOD_DATA": str(folder / "data"), "SVOD_INBOX": str(folder / "data" / "inbox"), "SVOD_INBOX_OPTIONS": "{}"}
    settings.cache_clear()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        settings.cache_clear()


def _evaluate(records: Path, truth: Path | None, clusters: Path | None, folder: Path, parsed: Path, progress: Callable[[str], None]) -> Evaluation:
    known = folder / "data" / "truth" / "records.parquet"
    clock = [_used()]
    progress("reading")
    notes = store_truth(truth, known, folder / "truth") if truth else []
    rows, unread = land_records(records, folder / "data" / "inbox" / SOURCE)
    peak_here = _peak(resource.RUSAGE_SELF)
    progress("standardizing")
    standardize(folder / "dbt", parsed)
    clock.append(_used())
    progress("matching")
    from pipelines.identity.notes import notes as run_notes
    from pipelines.identity.run import resolve_identity

    report = resolve_identity(datetime(2026, 1, 1))
    clock.append(_used())
    notes += unread
    if rows > report.records:
        notes.append(Note("{rows} rows repeat a record id, or have none: of each record the last row counts", rows=rows - report.records))
    if not report.records:
        notes.append(Note("There is no record in {file}", file=records.name))
    with connect(read_only=True) as connection:
        notes += _further(connection)
        notes += run_notes(connection) if report.records else []
        found = quality(connection, known, "identity.record_customers")
        notes += _compared(connection, known) if found else []
        if clusters:
            _write_clusters(connection, clusters)
    peak = max(_peak(resource.RUSAGE_SELF), peak_here + _peak(resource.RUSAGE_CHILDREN))
    (read, read_cpu), (matched, matched_cpu) = ([round(b - a, 2) for a, b in zip(*pair, strict=True)] for pair in (clock[:2], clock[1:]))
    return Evaluation(report.records, report.customers, report.pairs, report.model_kind, read, read_cpu, matched, matched_cpu, peak, found, notes)


def standardize(target: Path, parsed: Path) -> None:
    """By the real models. Parsing the project is half of dbt's time, so what it made of the project is kept for the next evaluation."""
    from pipelines.fingerprint import code

    target.mkdir(exist_ok=True)
    ours, kept = target / "partial_parse.msgpack", parsed / f"evaluate_{code()}.msgpack"
    if kept.exists():
        shutil.copyfile(kept, ours)
    environment = os.environ | {"DBT_TARGET_PATH": str(target), "SVOD_RUN_PROCESS": str(os.getpid()),
                                "SVOD_THREADS": str(settings().threads), "SVOD_MEMORY_LIMIT": settings().memory_limit}  # fmt: skip
    command = [sys.executable, "-m", "orchestration.dbt_child", "build", "--profiles-dir", PROJECT, "--target-path", target, "--log-path", target,
               "--log-level-file", "none", "--quiet", "--exclude-resource-types", "test", "unit_test", "--vars", json.dumps({"staged": STAGED, "keys_as_given": True}),
               "--select", *SELECTED]  # fmt: skip
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    if done.returncode < 0:
        killed = signal.Signals(-done.returncode).name
        raise CannotEvaluate(f"The process that standardizes was ended from outside ({killed}), most likely since memory ran out: lower SVOD_MEMORY_LIMIT")
    if done.returncode:
        raise Told(f"the records could not be standardized\n{(done.stdout + done.stderr)[-2000:]}")
    if not kept.exists():
        with suppress(OSError):  # only the next evaluation would be quicker
            parsed.mkdir(parents=True, exist_ok=True)
            for old in parsed.glob("evaluate_*.msgpack"):
                old.unlink(missing_ok=True)
            draft = parsed / f".{os.getpid()}.draft"
            shutil.copyfile(ours, draft)
            draft.replace(kept)


def _further(connection) -> list[Note]:
    """Values that are not compared, since a record has one of the kind."""
    cells, columns = connection.execute(FURTHER.format(columns=", ".join(SINGLE))).fetchall()[0]
    return [Note("Cells with several values, of which only the first is compared: {cells:,} ({columns})", cells=cells, columns=columns)] if cells else []


def _compared(connection, truth: Path) -> list[Note]:
    """Where truth and records do not cover each other."""
    query = f"""
        select count(*) filter (where customers.record_id is null), count(*) filter (where truth.record_id is null)
        from read_parquet('{quoted(truth)}') as truth full join identity.record_customers as customers on truth.record_id = customers.record_id
    """
    absent, unlabelled = connection.execute(query).fetchall()[0]
    counts = {
        "{records} records of the truth are not among the records: each counts as a customer of its own": absent,
        "{records} records are not in the truth: they are matched and not compared": unlabelled,
    }
    return [Note(text, records=records) for text, records in counts.items() if records]


def _write_clusters(connection, to: Path) -> None:
    kind = "parquet" if to.suffix.lower() == ".parquet" else "csv"
    connection.execute(f"""
        copy (select substr(record_id, {len(PREFIX) + 1}) as record_id, customer_id from identity.record_customers order by customer_id, record_id)
        to '{quoted(to)}' (format {kind})
    """)


def _used() -> tuple[float, float]:
    """Seconds by the clock, and of the processor, those of dbt included."""
    usages = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return time.monotonic(), sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _peak(whose: int) -> int:
    return resource.getrusage(whose).ru_maxrss // MEGABYTE


__all__ = ["CannotEvaluate", "Evaluation", "evaluate"]
