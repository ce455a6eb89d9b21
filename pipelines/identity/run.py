"""One run of identity: from `intermediate` to schema `identity`, in a scratch database beside the warehouse.

Only what changed since the last run is scored and decided again; the result is that of a full run with the same model. Everything is
scored anew when the model, the settings, a threshold or the code that decides changed. All is written in one transaction at the end, so
that a run that dies leaves the last good state. Run it alone: `python -m pipelines.identity.run "2026-01-01 05:00:00"`.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines.identity import block, changes, drift, explain, keep, ledger, overrides, report, tables
from pipelines.identity import model as models
from pipelines.identity.cluster import cluster
from pipelines.identity.model import Model
from pipelines.identity.people import narrow, prepare
from pipelines.identity.report import IdentityReport
from pipelines.identity.score import score
from pipelines.identity.train import Lesson, train
from pipelines.redaction import Told
from pipelines.settings import settings

# Of the memory a run may take, what DuckDB gets here: Splink's tables and the graph of pairs stand beside it.
MEMORY_SHARE = 0.55

# The shipped model is fitted to the number of records: on twice as many, all pairs look one bit too good.
REFIT_GROWTH = 2.0


@dataclass(frozen=True)
class Outcome:
    """What a run came to before it is written: the model it scored with, and whether all records were scored anew."""

    model: Model
    run_number: int
    everything: bool


def resolve_identity(run_at: datetime, *, full: bool = False, retrain: bool = False) -> IdentityReport:
    """Decides which records are one person and gives each person a customer id. `full` scores everything anew, with the same model."""
    started = time.monotonic()
    folder, threshold = settings().data / "identity", settings().match_threshold
    with scratch(folder) as connection:
        tables.ensure(connection)
        ledger.catch_up(connection, folder)
        overrides.load(connection)
        model = None if retrain else models.current(folder) or models.carried_over(folder)
        found = outcome(connection, model, folder, threshold, run_at, full=full)
        if found is None:
            return report.last_report(connection)
        with tables.transaction(connection):
            before = drift.comparable(connection, found.model)
            tables.replace(connection, found.model, report.circumstances(found.model, threshold), everything=found.everything)
            done = report.write(connection, run_at, found.run_number, found.model, started, before)
        ledger.catch_up(connection, folder)
        explain.save_charts(connection, found.model, folder)
        return done


def outcome(connection: duckdb.DuckDBPyConnection, model: Model | None, folder: Path, threshold: float, run_at: datetime, *, full: bool) -> Outcome | None:
    """All that a run decides, as temporary tables; None if nothing has changed. Only reads the warehouse, so that a plan is a run that is not written."""
    if model and _outgrown(connection, model):
        model = None
    everything = full or model is None or _state(connection) != report.circumstances(model, threshold)
    remember(connection, everything)
    records = prepare(connection, everything=everything)
    if not everything and not changes.any_found(connection):
        return None
    model = decide(connection, model, records, folder, threshold, everything=everything)
    run_number = ledger.next_run(connection, settings().data / "identity")
    keep.assign(connection, run_number)
    report.make_pairs(connection, model, threshold)
    keep.record(connection, run_at, run_number)
    overrides.outcomes(connection)
    return Outcome(model, run_number, everything)


def decide(connection: duckdb.DuckDBPyConnection, model: Model | None, records: int, folder: Path, threshold: float, *, everything: bool) -> Model:
    """Makes the temporary tables `scored`, `decided` and `refused`; returns the model: a new one if none was given, with its caps if it had none."""
    if model is None:
        model = fit(connection, records).model
        models.save(connection, model, folder)
    else:
        block.make_keys(connection)
        if not model.caps:
            model = replace(model, caps=block.fit_caps(connection, records))
            models.save(connection, model, folder)
        block.block(connection, model.caps, everything=everything)
        if not everything:
            narrow(connection)
    names = models.names_file(folder, model)
    score(connection, model, names, "blocked_pairs", "scored")
    cluster(connection, model, threshold, lambda pairs, into: score(connection, model, names, pairs, into))
    return model


def fit(connection: duckdb.DuckDBPyConnection, records: int, decided: str | None = None) -> Lesson:
    """Learns a model from the records that `prepare` read, all of them, and makes the pairs it is to score; `decided`: see `train`."""
    block.make_keys(connection)
    caps = block.fit_caps(connection, records)
    block.block(connection, caps, everything=True)
    return train(connection, records, caps, decided)


def _state(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Under which circumstances the last run decided; None if there was none."""
    rows = connection.execute("select circumstances from warehouse.matching.state").fetchall()
    return rows[0][0] if rows else None


def remember(connection: duckdb.DuckDBPyConnection, everything: bool) -> None:
    """What the last run left, as schema `was`; nothing if everything is to be scored anew."""
    connection.execute("create schema if not exists was").fetchall()
    for table in ("people", "components", "keys", "crowds", "pairs"):
        connection.execute(f"create or replace view was.{table} as select * from warehouse.matching.{table}{' where false' if everything else ''}").fetchall()


def _outgrown(connection: duckdb.DuckDBPyConnection, model: Model) -> bool:
    """A model trained on this company's records is replaced by people only; the shipped one is fitted again as the company grows."""
    records = connection.execute("select count(*) from intermediate.int_records").fetchall()[0][0]
    return model.kind == "prior" and records >= model.records * REFIT_GROWTH


@contextmanager
def scratch(folder: Path, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory database with the warehouse attached and its `intermediate` in reach under the same name."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "memory_limit": settings().memory_limit,
              "threads": str(settings().threads), "temp_directory": str(folder / "spill")}  # fmt: skip
    connection = duckdb.connect(":memory:", config=config)
    try:
        connection.execute("set timezone = 'UTC'")
        allowed = connection.execute("select parse_formatted_bytes($limit)", {"limit": settings().memory_limit}).fetchall()[0][0]
        connection.execute(f"set memory_limit = '{int(allowed * MEMORY_SHARE)}B'")
        connection.execute(f"attach '{settings().warehouse}' as warehouse{' (read_only)' if read_only else ''}")
        connection.execute("create schema intermediate")
        for table in ("int_records", "int_identifiers", "int_links"):
            if overrides.exists(connection, "intermediate", table):  # a warehouse that has only been landed into has none yet
                connection.execute(f"create view intermediate.{table} as select * from warehouse.intermediate.{table}")
        yield connection
    finally:
        connection.close()


@contextmanager
def reading(refusal: type[Told], schema: str, table: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same, read-only, for whoever asks what runs have left; `refusal` is raised where no run has made this table or view yet."""
    if not settings().warehouse.exists():
        raise refusal("There is no warehouse yet: run `svod run` first")
    with scratch(settings().data / "identity", read_only=True) as connection:
        if not overrides.exists(connection, schema, table):
            raise refusal("Nothing has been matched yet: run `svod run` first")
        yield connection


if __name__ == "__main__":
    print(resolve_identity(datetime.fromisoformat(sys.argv[1])))
