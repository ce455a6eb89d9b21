"""The daily job on a small company, as a process, the way `svod run` starts it: what it skips, what it refuses, what it survives."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from project_runs import FIRST_DAY, copy_of_first_day

from pipelines.settings import PROJECT

TOMORROW = "2026-01-02 06:00:00"
EXACT = ("marts.customers", "marts.orders", "marts.customer_timeline", "marts.consents", "segments.segment_members")


class Company:
    """The data folder of a company after its first daily run, and the job run on it."""

    def __init__(self, data: Path) -> None:
        self.data, self.target = data, data / "target"

    def start(self, run_at: str, *options: str) -> subprocess.Popen:
        environment = os.environ | {"SVOD_DATA": str(self.data), "SVOD_DBT_TARGET": str(self.target)}
        command = [sys.executable, "-m", "orchestration.run", "--run-at", run_at, *options]
        return subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, run_at: str, *options: str) -> tuple[int, str]:
        process = self.start(run_at, *options)
        said = process.communicate()[0]
        return process.returncode, said

    def query(self, text: str) -> list[tuple]:
        with duckdb.connect(str(self.data / "warehouse.duckdb")) as connection:
            return connection.execute(text).fetchall()

    def version(self) -> str:
        return json.loads((self.data / "published/current.json").read_text())["version"]

    def content(self) -> dict[str, str]:
        """A hash of every row of the marts, whatever their order."""
        columns = {
            table: ", ".join(
                row[0]
                for row in self.query(
                    f"select column_name from duckdb_columns() where schema_name || '.' || table_name = '{table}' and column_name <> '_load_id' order by 1"
                )
            )
            for table in EXACT
        }
        return {table: hashlib.md5(repr(self.query(f"select {chosen} from {table} order by all")).encode()).hexdigest() for table, chosen in columns.items()}

    def models_built(self, since: int) -> set[str]:
        """The models that dbt built, by the lines that the runs wrote to their log."""
        return {
            word.split(".")[1] for line in self.log()[since:] if "OK created sql" in line for word in line.split() if word.count(".") == 1 and word[0].isalpha()
        }

    def log(self) -> list[str]:
        return [
            line for path in sorted((self.data / "logs").glob("run_*.log"), key=lambda path: path.stat().st_mtime) for line in path.read_text().splitlines()
        ]


@pytest.fixture(scope="module")
def published(first_day_done, tmp_path_factory) -> Company:
    first_day = copy_of_first_day(first_day_done, tmp_path_factory.mktemp("company"))
    company = Company(first_day.data)
    company.said = first_day.stdout + first_day.stderr
    return company


def test_the_terminal_shows_one_line_per_stage_and_nothing_of_the_machinery(published):
    lines = [line for line in published.said.splitlines() if line.startswith("  ") and line.endswith(" s")]
    assert [line.split("  ")[1] for line in lines] == [
        "reading the inbox",
        "checking what arrived",
        "counting every row",
        "building staging and intermediate models",
        "matching records to customers",
        "building marts and segments",
        "checking what would leave",
        "evaluating campaigns",
        "building results of campaigns",
        "publishing",
    ]
    for noise in ("nanobind", "Warning", "START sql", "Deprecat", "dagster -"):
        assert noise not in published.said, noise


def test_the_same_run_again_only_looks_into_the_inbox(published):
    version, since = published.version(), len(published.log())
    code, said = published.run(FIRST_DAY)
    assert code == 0, said
    assert "reading the inbox" in said and "building" not in said and "publishing" not in said
    assert "nothing has changed since the published version" in said
    assert published.version() == version
    assert published.models_built(since) == set()


def test_another_day_without_new_files_rebuilds_only_what_reads_the_clock(published):
    since = len(published.log())
    code, said = published.run(TOMORROW)
    assert code == 0, said
    built = published.models_built(since)
    assert {"customer_engagement", "segment_members"} <= built
    assert {"passes", "asked_messages", "campaign_results"} <= built, "the tick goes on, files or no files"
    assert not {name for name in built if name.startswith(("stg_", "int_"))}
    assert published.version().endswith("20260102T060000")


def test_a_failed_audit_publishes_nothing_and_exits_with_4(published):
    version = published.version()
    (published.data / "inbox/orders/one_more.csv").write_text("order_id,customer_id\nlate-1,77\n")
    ((table,),) = published.query("select table_name from landing.files where source = 'orders' and rows_loaded > 1 limit 1")
    published.query(f"create table main.kept as from raw_orders.{table} order by _file_id, _line limit 1")
    published.query(f"delete from raw_orders.{table} where (_file_id, _line) in (select (_file_id, _line) from main.kept)")
    code, said = published.run(TOMORROW)
    assert code == 4, said
    assert "every_row_is_accounted_for" in said and "publishing" not in said
    assert published.version() == version
    published.query(f"insert into raw_orders.{table} from main.kept")
    published.query("drop table main.kept")


@pytest.mark.timeout(1800)
def test_one_new_file_does_everything_and_a_run_killed_within_dbt_ends_as_one_that_was_not(published):
    since = len(published.log())
    process = published.start(TOMORROW)
    deadline = time.monotonic() + 300
    while not any("OK created sql" in line for line in published.log()[since:]) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.2)
    assert process.poll() is None, process.communicate()[0]
    process.send_signal(signal.SIGKILL)
    process.communicate()
    version = published.version()
    code, said = published.run(TOMORROW)
    assert code == 0, said + "\n".join(published.log()[-60:])
    assert published.version() != version
    assert {"stg_orders__records", "int_records", "customers", "segment_members"} <= published.models_built(since)
    resumed = published.content()
    # Whatever became of them, tables that a day only adds to are built anew too.
    published.query("delete from marts.customers where hash(customer_id) % 3 = 0")
    published.query("update marts.consents set state = 'unknown'")
    code, said = published.run(TOMORROW, "--force")
    assert code == 0, said
    assert published.content() == resumed
