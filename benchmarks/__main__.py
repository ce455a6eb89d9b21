"""`make bench`: the whole way of the data at 100,000 people, stage by stage, and a peer beside it.

Prints rows per second and peak memory per stage; landing against DuckDB's own `create table as from read_csv` on the same
files; a second run with nothing new; a run with one day's new files; and what a day costs the marts of a million customers
(`benchmarks.marts`). Everything is written below `data/bench`.
"""

import json
import shutil
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.console import Console
from rich.table import Table

from benchmarks import measure
from benchmarks.marts import __main__ as marts
from pipelines.settings import settings

TODAY, LAST_DAY = "2026-01-01", "20251231"
OURS, PEERS, ROUNDS = "landing, delimited files", "peer: read_csv, the same files", 3
PEER = """
import duckdb, json, sys
connection = duckdb.connect(sys.argv[1])
connection.execute("set threads = 2")
for number, (path, delimiter) in enumerate(json.load(open(sys.argv[2]))):
    connection.execute(f"create table t{number} as from read_csv(?, delim = ?, quote = '\\"', escape = '\\"', header = true, all_varchar = true, strict_mode = false, null_padding = true)", [path, delimiter])
"""

IDENTITY = "from datetime import datetime; from pipelines.identity import resolve_identity; resolve_identity(datetime(2026, 1, 1, 6))"

console = Console()


def main(
    people: Annotated[int, typer.Option(help="People of the made-up company.")] = 100_000,
    days: Annotated[int, typer.Option(help="Days of its behaviour.")] = 90,
    customers: Annotated[int, typer.Option(help="Customers of the company whose marts are built for a day.")] = marts.CUSTOMERS,
) -> None:
    """Measure every stage and print the figures; `data/bench/figures.json` keeps them."""
    root = settings().data.resolve() / "bench"
    shutil.rmtree(root, ignore_errors=True)
    stages, whole, log = root / "stages", root / "whole", root / "log.txt"
    inbox = root / "inbox"
    for folder in (stages, whole):
        folder.mkdir(parents=True)
    console.print(f"Writing the exports of {people:,} people …")
    # In a process of its own: a child's peak memory starts from what its parent holds.
    demo = ["-m", "pipelines.demo", "--inbox", str(inbox), "--truth", str(root / "truth"), "--people", str(people), "--days", str(days), "--end", TODAY]
    rounds: dict[str, list[measure.Figures]] = {"writing the demo company": [measure.run(demo, {}, log)]}
    later = hold_back(inbox, root / "later")

    def stage(name: str, arguments: list[str], data: Path) -> None:
        environment = {
            "SVOD_DATA": str(data),
            "SVOD_INBOX": str(data / "inbox" if (data / "inbox").exists() else inbox),
            "SVOD_DBT_TARGET": str(data / "target"),
        }
        took = measure.run(arguments, environment, log)
        rounds.setdefault(name, []).append(took)
        console.print(f"{name}: {took.wall:.1f} s, {took.peak / 1024**2:,.0f} MB")

    stage("whole job from nothing", job(1), whole)
    stage("again, nothing new", job(1), whole)
    put_back(later, inbox)
    stage("one day's new files", job(2), whole)
    stage("landing", ["-c", land(1)], stages)
    alone, listing = delimited_files(stages, inbox, root)
    for _ in range(ROUNDS):
        stage(OURS, ["-c", land(1)], fresh(alone))
        stage(PEERS, ["-c", PEER, str(fresh(root / "peer") / "peer.duckdb"), str(listing)], alone)
    stage("staging and intermediate", dbt("path:models/staging path:models/intermediate resource_type:seed", root), stages)
    stage("identity", ["-c", IDENTITY], stages)
    stage("marts, history, segments, quality", dbt("path:models/marts path:models/history path:models/segments path:models/quality", root), stages)
    report(rounds, counts(stages / "warehouse.duckdb", alone / "warehouse.duckdb"), root)
    marts.report(marts.compare(root / "marts", customers), customers)


def fresh(data: Path) -> Path:
    """The folder without the database of an earlier round, so that each round begins from nothing."""
    data.mkdir(exist_ok=True)
    for path in data.glob("*.duckdb*"):
        path.unlink()
    return data


def land(day: int) -> str:
    return f"from datetime import datetime; from pipelines.sources.landing import land; land(datetime(2026, 1, {day}, 6))"


def job(day: int) -> list[str]:
    return ["-m", "orchestration.run", "--run-at", f"2026-01-0{day} 06:00:00"]


def dbt(select: str, root: Path) -> list[str]:
    variables = json.dumps({"run_at": f"{TODAY} 06:00:00"})
    return [
        "-m",
        "dbt.cli.main",
        "build",
        "--profiles-dir",
        ".",
        "--select",
        *select.split(),
        "--vars",
        variables,
        "--log-path",
        str(root / "logs"),
        "--exclude-resource-type",
        "unit_test",
        # A test that also reads what a later stage makes waits for it.
        "--indirect-selection",
        "cautious",
    ]


def hold_back(inbox: Path, later: Path) -> Path:
    """Take the last day's files out, to arrive as tomorrow's."""
    for path in list(inbox.rglob(f"*{LAST_DAY}*")):
        target = later / path.relative_to(inbox)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
    return later


def put_back(later: Path, inbox: Path) -> None:
    for path in [path for path in later.rglob("*") if path.is_file()]:
        (inbox / path.relative_to(later)).parent.mkdir(parents=True, exist_ok=True)
        path.rename(inbox / path.relative_to(later))


def delimited_files(data: Path, inbox: Path, root: Path) -> tuple[Path, Path]:
    """A data folder whose inbox has only the delimited files, and the listing of them for the peer. UTF-8 only: DuckDB reads nothing else."""
    query = """
        select source, file_name, delimiter from landing.files
        where status = 'loaded' and delimiter is not null and lower(encoding) like 'utf-8%' and lower(file_name) not like '%.zip/%' and lower(file_name) not like '%.gz'
    """
    alone = root / "delimited"
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        found = connection.execute(query).fetchall()
    files = []
    for source, name, delimiter in found:
        target = alone / "inbox" / source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.hardlink_to(inbox / source / name)
        files.append((str(target), delimiter))
    listing = root / "peer.json"
    listing.write_text(json.dumps(files))
    return alone, listing


def counts(warehouse: Path, delimited: Path) -> dict[str, int]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute(f"attach '{delimited}' as delimited (read_only)")
        ask = lambda query: connection.execute(query).fetchone()[0]  # noqa: E731
        return {
            "rows": ask("select sum(rows_read) from landing.files"),
            "delimited rows": ask("select sum(rows_read) from delimited.landing.files"),
            "records": ask("select count(*) from intermediate.int_records"),
            "events": ask("select count(*) from intermediate.int_events"),
            "customers": ask("select count(*) from marts.customers"),
        }


def report(rounds: dict[str, list[measure.Figures]], size: dict[str, int], root: Path) -> None:
    figures = {name: sorted(took, key=lambda figure: figure.wall)[len(took) // 2] for name, took in rounds.items()}
    console.print(" · ".join(f"{count:,} {name}" for name, count in size.items()))
    table = Table("stage", "wall s", "CPU s", "rows/s", "peak MB", "exit")
    rows = {OURS: size["delimited rows"], PEERS: size["delimited rows"], "identity": size["records"]}
    for name, figure in figures.items():
        count = rows.get(name, size["rows"])
        table.add_row(name, f"{figure.wall:.1f}", f"{figure.cpu:.1f}", f"{count / figure.wall:,.0f}", f"{figure.peak / 1024**2:,.0f}", str(figure.code))
    console.print(table)
    ratios = sorted(peer.wall / own.wall for own, peer in zip(rounds[OURS], rounds[PEERS], strict=True))
    told = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    console.print(
        f"Landing runs at {ratios[ROUNDS // 2]:.2f} of the speed of DuckDB's own read_csv: the middle of {ROUNDS} rounds, one beside the other ({told})."
    )
    (root / "figures.json").write_text(json.dumps({"size": size} | {name: vars(figure) for name, figure in figures.items()}, indent=2))


if __name__ == "__main__":
    typer.run(main)
