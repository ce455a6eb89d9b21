"""`make bench-identity-scale`: a million records from nothing, one day's change, everything anew, and Splink alone on the same pairs.

Each stage is a process of its own; CPU seconds are what to compare, for the machine may do other things besides. The day's change
is 1% of the records. The full run after it must find nothing to correct in what the day's run decided: that is checked, not believed.
What the peer does and is given is told in `peer`. `--stress` runs the cases of `stress` instead.
"""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.console import Console

from benchmarks import measure
from benchmarks.identity.scale import data, peer, report, stress
from benchmarks.identity.scale.report import ANEW, BARE, DAILY, FROM_TABLES, INPUT, NOTHING, TRAINED, WHOLE, Figures
from pipelines.identity.measure import quality
from pipelines.settings import settings

RESOLVE = "from datetime import datetime; from pipelines.identity import resolve_identity; resolve_identity(datetime(2026, 1, {day}, {hour}), full={full})"
# The pairs with their evidence, who is whose, and since when.
STATE = ("identity.pairs", "identity.record_customers", "identity.customers", "identity.customer_events")
TOLD = "select records, changed_records, pairs_scored as pairs, clusters as customers, largest_cluster from identity.runs order by run_number desc limit 1"
SKIPPED = """select string_agg(rule || ': ' || largest_skipped, ', ')
    from (select rule, largest_skipped from identity.blocking where keys_skipped > 0 order by largest_skipped desc, rule limit 3)"""
console = Console(stderr=True)


def main(
    records: Annotated[int, typer.Option(help="How many records.")] = 1_000_000,
    stressed: Annotated[bool, typer.Option("--stress", help="Run the cases that no company should have instead.")] = False,
    case: Annotated[str, typer.Option(help="Of the cases, only those whose name has this in it.")] = "",
    limit: Annotated[float, typer.Option(help="Seconds that one stage may take.")] = 3_600,
) -> None:
    """Measure the engine at scale; `data/bench/scale/figures.json` keeps the figures, of the cases `stress.json`.

    Exit code 1 if a stage failed, or if a full run corrects a day's run.
    """
    root, corrected = settings().data.resolve() / "bench" / "scale", []
    if stressed:
        figures = strain(root / "stress", records, case, limit)
        report.show_stress(figures)
    else:
        figures, corrected = compare(root / "people", records, limit)
        report.show(figures, corrected)
    (root / f"{'stress' if stressed else 'figures'}.json").write_text(json.dumps(figures | {"corrected": corrected}, indent=1))
    sys.exit(1 if corrected or any(row["code"] for row in figures.values()) else 0)


def compare(folder: Path, records: int, limit: float) -> tuple[Figures, list[str]]:
    """The figures of every stage, and the tables in which the full run corrected the day's."""
    figures, stage = stages(folder, limit)

    def write(day: int) -> None:
        stage(f"writing day {day}", ["-m", "benchmarks.identity.scale.data", "--records", str(records), "--day", str(day)])

    write(1)
    stage(TRAINED, resolve(1, 6))
    figures[TRAINED] |= told(folder)
    stage(NOTHING, resolve(1, 7))
    write(2)
    stage(DAILY, resolve(2, 6))
    figures[DAILY] |= told(folder)
    before = fingerprints(folder)
    stage(ANEW, resolve(2, 7, full=True))
    figures[ANEW] |= told(folder)
    after = fingerprints(folder)
    stage("laying out for the peer", ["-m", peer.__name__, "lay", str(folder)])
    stage(INPUT, ["-m", peer.__name__, "input", str(folder)])
    for name, step in ((WHOLE, "whole"), (BARE, "bare")):
        stage(name, ["-m", peer.__name__, step, str(folder)])
        figures[name] |= {} if figures[name]["code"] else peers_result(folder)
    figures[FROM_TABLES] = figures[WHOLE] | {key: round(figures[WHOLE][key] + figures[INPUT][key], 1) for key in ("wall", "cpu")}
    return figures, [table for table in STATE if before[table] != after[table]]


def strain(folder: Path, records: int, case: str, limit: float) -> Figures:
    """What the run of each case took and said."""
    found: Figures = {}
    for name in (name for name in stress.CASES if case in name):
        console.print(f"[bold]{name}[/bold]")
        figures, stage = stages(folder, limit)
        stage("writing", ["-m", stress.__name__, name, "--records", str(records)])
        stage("run", resolve(1, 6))
        found[name] = figures["run"] | told(folder)
        (folder / "log.txt").rename(folder.parent / f"{name.replace(' ', '_')}.log")
    return found


def stages(folder: Path, limit: float) -> tuple[Figures, Callable[[str, list[str]], None]]:
    """An empty folder's figures, and how to add those of a stage."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    figures: Figures = {}

    def stage(name: str, arguments: list[str]) -> None:
        took = measure.run(arguments, {"SVOD_DATA": str(folder)}, folder / "log.txt", limit=limit)
        figures[name] = {"wall": round(took.wall, 1), "cpu": round(took.cpu, 1), "peak_mb": took.peak // 1024**2, "code": took.code}
        console.print(f"{name}: {took.wall:.1f} s, {took.cpu:.1f} s of CPU, {took.peak // 1024**2:,} MB" + (f", exit code {took.code}" if took.code else ""))

    return figures, stage


def resolve(day: int, hour: int, *, full: bool = False) -> list[str]:
    return ["-c", RESOLVE.format(day=day, hour=hour, full=full)]


def told(folder: Path) -> dict:
    """What the last run said of itself."""
    with warehouse(folder) as connection:
        rows = connection.execute(TOLD)
        names = [column[0] for column in rows.description]
        found = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
        if not found:
            return {}
        measured = quality(connection, folder / data.TRUTH, "identity.record_customers")
        return found[0] | {"f1": measured.f1 if measured else None, "skipped": connection.execute(SKIPPED).fetchall()[0][0]}


def fingerprints(folder: Path) -> dict[str, tuple]:
    with warehouse(folder) as connection:
        return {table: connection.execute(f"select count(*), sum(hash(held)) from {table} as held").fetchall()[0] for table in STATE}


def warehouse(folder: Path) -> duckdb.DuckDBPyConnection:
    # Small, since a child's peak memory starts from what its parent holds.
    return duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True, config={"memory_limit": "1GB", "threads": 1})


def peers_result(folder: Path) -> dict:
    with duckdb.connect(str(folder / "peer.duckdb"), read_only=True, config={"memory_limit": "1GB"}) as connection:
        connection.execute(f"create temp view clusters as select * from read_parquet('{folder}/clusters.parquet')")
        connection.execute(f"create temp view found as {peer.CLUSTERS}")
        result = quality(connection, folder / data.TRUTH, "found")
    return {"pairs": int((folder / "pairs.txt").read_text()), "customers": result.customers, "f1": result.f1}


if __name__ == "__main__":
    typer.run(main)
