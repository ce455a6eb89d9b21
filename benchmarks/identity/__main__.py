"""`make bench-identity`: the engine and its peers on the same people, each in a process of its own.

Prints a table per set. Seconds and memory are those of the whole process from clean records to clusters, with its imports;
reading and standardizing come before and are the same for all. A peer that fails or takes too long is shown as such.
"""

import json
import os
import shutil
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.console import Console
from rich.table import Table

from benchmarks import measure
from benchmarks.identity.sets import NAMES
from pipelines.identity.measure import quality
from pipelines.settings import PROJECT, settings

ENGINES = ("svod", "splink_tutorial", "splink_50k", "splink_febrl3", "recordlinkage_ecm", "dedupe_300_labels", "exact")
PEERS_PYTHON = PROJECT / ".venv-bench" / "bin" / "python"
console = Console(stderr=True)
Row = dict[str, object]


def main(
    sets: Annotated[str, typer.Option(help=f"Of {', '.join(NAMES)}; apart by commas.")] = ",".join(NAMES),
    peers: Annotated[str, typer.Option(help=f"Of {', '.join(ENGINES)}; apart by commas.")] = ",".join(ENGINES),
    limit: Annotated[float, typer.Option(help="Seconds that one engine may take on one set.")] = 600,
    python: Annotated[Path, typer.Option(help="Python of the peers' environment.")] = PEERS_PYTHON,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON and nothing else.")] = False,
) -> None:
    """Measure every engine on every set. `data/bench/identity/figures.json` keeps the figures."""
    chosen, engines = chosen_of(sets, NAMES), chosen_of(peers, ENGINES)
    if not python.exists() and engines != ["svod"]:
        raise typer.BadParameter("the peers have no environment yet: make bench-identity makes it", param_hint="--python")
    root = settings().data.resolve() / "bench" / "identity"
    figures: dict[str, dict[str, Row]] = {}
    for name in chosen:
        folder = root / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        own = {"SVOD_DATA": str(folder / "data"), "SVOD_INBOX": str(folder / "data" / "inbox"), "SVOD_INBOX_OPTIONS": "{}"}
        made = measure.run(["-m", "benchmarks.identity.sets", name, str(folder)], own, folder / "log.txt")
        if made.code:
            console.print(f"{name}: could not be made, see {folder / 'log.txt'}")
            continue
        figures[name] = {}
        for engine in engines:
            figures[name][engine] = contest(engine, folder, own, python, limit)
            (root / "figures.json").write_text(json.dumps(figures, indent=1))
        if not as_json:
            show(name, figures[name])
    if as_json:
        print(json.dumps(figures, indent=1))
    sys.exit(0 if len(figures) == len(chosen) else 1)


def chosen_of(text: str, known: tuple[str, ...]) -> list[str]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    if unknown := sorted(set(words) - set(known)):
        raise typer.BadParameter(f"{', '.join(unknown)}: not among {', '.join(known)}")
    return words


def contest(engine: str, folder: Path, own: dict[str, str], python: Path, limit: float) -> Row:
    """What one engine made of one set, and what it took."""
    console.print(f"{folder.name}: {engine} …")
    log = folder / f"{engine}.log"
    if engine == "svod":
        took = measure.run(["-m", "benchmarks.identity.engine", str(folder)], own, log, limit=limit)
    else:
        took = measure.run(["-m", "benchmarks.identity.peers", engine, str(folder)], {}, log, str(python), limit)
    row: Row = {"wall": round(took.wall, 1), "cpu": round(took.cpu, 1), "peak_mb": took.peak // 1024**2}
    if took.code:
        return row | {"failed": f"stopped after {limit:.0f} s" if took.wall >= limit else f"failed, exit code {took.code}"}
    with duckdb.connect() as connection:
        connection.execute(f"create table found as select * from read_csv('{folder / engine}.csv', all_varchar = true)")
        found = quality(connection, folder / "data" / "truth" / "records.parquet", "found")
    return row | asdict(found)


def show(name: str, rows: dict[str, Row]) -> None:
    known = next((row for row in rows.values() if "people" in row), {"records": 0, "people": 0})
    table = Table(title=f"{name}: {known['records']:,} records of {known['people']:,} people")
    for column in ("engine", "precision", "recall", "F1", "±", "B³ F1", "exact", "CPU s", "wall s", "peak MB"):
        table.add_column(column, no_wrap=True)
    for engine, row in rows.items():
        shares = ("precision", "recall", "f1", "bcubed_f1", "exact_share")
        told = ["–" if row.get(share) is None else f"{row[share]:.4f}" for share in shares]
        told.insert(3, f"{1.96 * row['f1_error']:.4f}" if row.get("f1_error") is not None else "–")
        table.add_row(engine, *told, f"{row['cpu']:.1f}", f"{row['wall']:.1f}", f"{row['peak_mb']:,}")
    screen = Console(width=max(120, int(os.environ.get("COLUMNS", 0))))
    screen.print(table)
    for engine, row in rows.items():
        if "failed" in row:
            screen.print(f"{engine}: {row['failed']}")


if __name__ == "__main__":
    typer.run(main)
