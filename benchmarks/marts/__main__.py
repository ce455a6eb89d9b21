"""`make bench-marts`: profile, consents, segments and history of a million customers with ten million events, all of it, and a day with 1% change.

Each build is a process of its own; CPU seconds are what to compare, for the machine may do other things besides. That the day comes to
the rows of a build of everything is a test (`tests/test_by_customer.py`).
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks import measure
from benchmarks.marts.build import LEFT_OUT, SELECTED
from pipelines.settings import PROJECT, settings

FULL, DAILY = "everything", "a day with 1% change"
DAYS = {FULL: "2026-01-01 06:00:00", DAILY: "2026-01-02 06:00:00"}
WANTED, MEMORY_MB, DEAREST = 0.15, 8_000, 15
CUSTOMERS, MEMORY = 1_000_000, "6500MB"
console = Console(width=110)


def main(
    customers: Annotated[int, typer.Option(help="Customers of the made-up company; each has ten events.")] = CUSTOMERS,
    memory: Annotated[str, typer.Option(help="DuckDB's memory limit.")] = MEMORY,
) -> None:
    """Measure both builds; `data/bench/marts/figures.json` keeps the figures. Exit code 1 if one failed."""
    figures = compare(settings().data.resolve() / "bench" / "marts", customers, memory)
    report(figures, customers)
    sys.exit(1 if any(took["code"] for took in figures.values()) else 0)


def compare(folder: Path, customers: int = CUSTOMERS, memory: str = MEMORY) -> dict[str, dict]:
    """What each build took, in all and by model."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "history").mkdir(parents=True)
    figures = {}
    for day, name in enumerate((FULL, DAILY), 1):
        run(folder, memory, ["-m", "benchmarks.marts.data", "--customers", str(customers), "--day", str(day)])
        if day == 1:
            run(folder, memory, ["-m", "dbt.cli.main", "seed", *options(folder, DAYS[name])])
        figures[name] = build(folder, memory, DAYS[name])
        console.print(f"{name}: {figures[name]['wall']:.1f} s, CPU {figures[name]['cpu']:.1f} s, {figures[name]['peak'] / 1024**2:,.0f} MB")
    (folder / "figures.json").write_text(json.dumps(figures, indent=1))
    (folder / "warehouse.duckdb").unlink()
    return figures


def run(folder: Path, memory: str, arguments: list[str]) -> measure.Figures:
    environment = {"SVOD_DATA": str(folder), "SVOD_MEMORY_LIMIT": memory, "DBT_TARGET_PATH": str(folder / "target")}
    return measure.run(arguments, environment, folder / "log.txt")


def build(folder: Path, memory: str, run_at: str) -> dict:
    by_model = folder / "models.json"
    arguments = ["run", *options(folder, run_at), "--select", *SELECTED, "--exclude", *LEFT_OUT]
    figures = run(folder, memory, ["-m", "benchmarks.marts.build", str(by_model), *arguments])
    return vars(figures) | {"models": json.loads(by_model.read_text())}


def options(folder: Path, run_at: str) -> list[str]:
    as_the_daily_job = ["--log-level-file", "none", "--no-write-json"]
    return ["--profiles-dir", str(PROJECT), "--target-path", str(folder / "target"), *as_the_daily_job, "--vars", json.dumps({"run_at": run_at})]


def report(figures: dict[str, dict], customers: int = CUSTOMERS) -> None:
    full, daily = figures[FULL], figures[DAILY]
    table = Table("model", "CPU s, everything", "CPU s, the day")
    for name in sorted(daily["models"], key=lambda name: -daily["models"][name])[:DEAREST]:
        table.add_row(name, f"{full['models'].get(name, 0):.1f}", f"{daily['models'][name]:.1f}")
    console.print(table)
    peak = max(took["peak"] for took in figures.values()) / 1024**2
    console.print(
        f"{customers:,} customers: {FULL} takes {full['cpu']:.1f} s of CPU, {DAILY} {daily['cpu']:.1f} s: "
        f"{daily['cpu'] / full['cpu']:.3f} of it, wanted ≤ {WANTED}; peak {peak:,.0f} MB, wanted ≤ {MEMORY_MB:,}."
    )


if __name__ == "__main__":
    typer.run(main)
