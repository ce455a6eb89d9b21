"""History is told right: whatever happened over thirty days, each day's table can be had again, from the warehouse or from the ledger alone."""

import itertools
import os
import random
import shutil
import subprocess
import sys
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

PROJECT = Path(__file__).resolve().parents[1]
DAYS = [datetime(2026, 1, 1, 6) + timedelta(days=day) for day in range(30)]


class Company:
    """A dbt project with one table that changes from day to day, and its history made by the real macros."""

    def __init__(self, root: Path):
        self.root, self.data = root, root / "data"
        for folder in ("models", "macros", "data/history", "days"):
            (root / folder).mkdir(parents=True)
        for name in ("by_customer.sql", "history.sql", "run_at.sql"):
            shutil.copy(PROJECT / "macros" / name, root / "macros" / name)
        (root / "dbt_project.yml").write_text(
            "name: company\nversion: 1.0.0\nprofile: company\nvars: {run_at: '2026-01-01 06:00:00', day: none}\nflags: {send_anonymous_usage_stats: false}\n"
            "models: {company: {+materialized: history, +full_refresh: false}}\n"
        )
        (root / "profiles.yml").write_text(f"company: {{target: w, outputs: {{w: {{type: duckdb, path: {self.data}/warehouse.duckdb, threads: 1}}}}}}\n")
        (root / "models" / "people_history.sql").write_text("{{ config(unique_key=['id']) }} select * from read_parquet('{{ var('day') }}')")
        (root / "models" / "people_as_of.sql").write_text(
            "{{ config(materialized='table_function', parameters=['moment']) }} {{ as_of(ref('people_history')) }}"
        )

    def run(self, moment: datetime, rows: list[tuple]) -> None:
        day = self.root / "days" / f"{moment:%Y%m%dT%H%M%S}.parquet"
        write(day, rows)
        done = dbtRunner(manifest=self.parsed).invoke(["run", "--full-refresh", *self.options(), "--vars", f"{{run_at: '{moment}', day: '{day}'}}"])
        assert done.success, done.exception or done.result
        DuckDBConnectionManager.close_all_connections()

    @cached_property
    def parsed(self) -> Manifest:
        """As in the daily job: with other `--vars` dbt would parse everything again."""
        done = dbtRunner().invoke(["parse", *self.options()])
        assert done.success, done.exception
        return done.result

    def options(self) -> list[str]:
        return ["--project-dir", str(self.root), "--profiles-dir", str(self.root), "--log-path", str(self.root), "--quiet"]

    def as_of(self, moment: datetime) -> list[tuple]:
        with duckdb.connect(str(self.data / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute("select * from people_as_of($1) order by id", [moment]).fetchall()

    def states(self) -> list[tuple]:
        with duckdb.connect(str(self.data / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute("from people_history order by all").fetchall()


def write(path: Path, rows: list[tuple]) -> None:
    with duckdb.connect() as connection:
        connection.execute("create table people (id varchar, name varchar, spent decimal(9, 2), emails varchar[])")
        connection.executemany("insert into people values (?, ?, ?, ?)", rows)
        connection.execute(f"copy people to '{path}' (format parquet)")


def next_day(people: dict[str, tuple], luck: random.Random) -> dict[str, tuple]:
    """Some come, some go and may come back as they were, some change, some of it to nothing."""
    known = dict(people)
    for name in luck.sample([f"p{number}" for number in range(40)], 8):
        if name in known and luck.random() < 0.4:
            del known[name]
        else:
            known[name] = (name, luck.choice(["Anna", "Анна", None]), luck.choice([None, 0, 9.9]), luck.choice([None, [], ["a@example.com", None]]))
    return known


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    """A company after its thirty days, and what its table was on each. Some days are run twice, the second time corrected."""
    os.environ["SVOD_DATA"], before = str(tmp_path_factory.mktemp("history") / "data"), os.environ.get("SVOD_DATA")
    company = Company(Path(os.environ["SVOD_DATA"]).parent / "company")
    os.environ["SVOD_DATA"] = str(company.data)
    luck, people, told = random.Random(7), {}, {}
    for number, moment in enumerate(DAYS):
        people = next_day(people, luck)
        company.run(moment, list(people.values()))
        if number % 5 == 2:
            people = next_day(people, luck)
            company.run(moment, list(people.values()))
        told[moment] = sorted(people.values())
    yield company, told
    os.environ.pop("SVOD_DATA") if before is None else os.environ.update(SVOD_DATA=before)


def as_told(rows: list[tuple]) -> list[str]:
    return [str((*row[:2], None if row[2] is None else float(row[2]), row[3])) for row in rows]


def test_every_day_can_be_had_again(month):
    company, told = month
    assert all(len(rows) > 5 for rows in list(told.values())[5:])
    for moment, rows in told.items():
        assert as_told(company.as_of(moment)) == as_told(rows), moment
        assert as_told(company.as_of(moment + timedelta(hours=23))) == as_told(rows), moment
    assert company.as_of(DAYS[0] - timedelta(seconds=1)) == []


def test_what_did_not_change_is_kept_once(month):
    company, told = month
    changes = sum(len(set(as_told(told[day])) - set(as_told(told[before]))) for before, day in itertools.pairwise(DAYS)) + len(told[DAYS[0]])
    assert len(company.states()) == changes


def test_a_run_for_an_earlier_day_rewrites_nothing(month):
    company, _ = month
    before = company.states()
    company.run(DAYS[3], [("stranger", None, None, None)])
    assert company.states() == before


def test_a_lost_warehouse_gets_its_history_back_from_the_ledger(month, tmp_path):
    company, told = month
    before = company.states()
    (company.data / "warehouse.duckdb").rename(tmp_path / "lost.duckdb")
    company.run(DAYS[-1], told[DAYS[-1]])
    assert company.states() == before


def test_a_run_that_is_killed_leaves_the_history_as_it_was_or_as_it_should_be(month, tmp_path):
    company, told = month
    tomorrow = DAYS[-1] + timedelta(days=1)
    rows = [*told[DAYS[-1]][3:], ("new", "Нина", 1, ["nina@example.org"])]
    write(company.root / "days" / "tomorrow.parquet", rows)
    command = [
        sys.executable,
        "-m",
        "dbt.cli.main",
        "run",
        *company.options(),
        "--vars",
        f"{{run_at: '{tomorrow}', day: '{company.root}/days/tomorrow.parquet'}}",
    ]
    for patience in (2.0, 2.3, 2.6, 2.9):
        process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    assert as_told(company.as_of(DAYS[-1])) == as_told(told[DAYS[-1]])
    company.run(tomorrow, rows)
    assert as_told(company.as_of(tomorrow)) == as_told(sorted(rows))
    assert as_told(company.as_of(DAYS[-1])) == as_told(told[DAYS[-1]])
