"""One run of identity: from `intermediate` to schema `identity`, in a scratch database beside the warehouse.

Nothing is done if neither inputs, model nor threshold changed. Everything is written in one transaction at the end, so that a run
that dies leaves the last good state. Run it alone: `python -m pipelines.identity.run "2026-01-01 05:00:00"`.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines.identity import explain, keep, tables
from pipelines.identity import model as models
from pipelines.identity.block import block
from pipelines.identity.cluster import cluster
from pipelines.identity.model import Model
from pipelines.identity.people import fingerprint, prepare
from pipelines.identity.report import IdentityReport, last_report, write
from pipelines.identity.score import load_frequencies, score
from pipelines.identity.train import train
from pipelines.settings import settings

# A fitted model fits its number of records: on twice as many, all pairs look one bit too good.
RETRAIN_GROWTH = 2.0


def resolve_identity(run_at: datetime, *, retrain: bool = False) -> IdentityReport:
    """Decides which records are one person and gives each person a customer id."""
    started = time.monotonic()
    folder = settings().data / "identity"
    with scratch(folder) as connection:
        tables.ensure(connection)
        inputs = fingerprint(connection)
        model = None if retrain else models.current(folder)
        if model and (report := last_report(connection, inputs, model)):
            return report
        records = prepare(connection)
        block(connection)
        model = _fitting(connection, model, records, folder)
        explain.save_charts(connection, model, folder)
        load_frequencies(connection, models.names_file(folder, model))
        score(connection, model, "blocked_pairs", "scored")
        cluster(connection, model, settings().match_threshold)
        keep.keep(connection, run_at)
        return write(connection, run_at, model, inputs, started)


@contextmanager
def scratch(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory database with the warehouse attached and its `intermediate` in reach under the same name."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "memory_limit": settings().memory_limit,
              "threads": str(settings().threads), "temp_directory": str(folder / "spill")}  # fmt: skip
    connection = duckdb.connect(":memory:", config=config)
    try:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{settings().warehouse}' as warehouse")
        connection.execute("create schema intermediate")
        for table in ("int_records", "int_identifiers", "int_links"):
            connection.execute(f"create view intermediate.{table} as select * from warehouse.intermediate.{table}")
        yield connection
    finally:
        connection.close()


def _fitting(connection: duckdb.DuckDBPyConnection, model: Model | None, records: int, folder: Path) -> Model:
    """The model in use if it still fits, otherwise a new one, saved."""
    if model and model.kind == "trained" and records < model.records * RETRAIN_GROWTH:
        return model
    fresh = train(connection, records)
    if model and fresh.kind == model.kind == "prior" and records < model.records * RETRAIN_GROWTH:
        return model
    models.save(connection, fresh, folder)
    return fresh


if __name__ == "__main__":
    print(resolve_identity(datetime.fromisoformat(sys.argv[1])))
