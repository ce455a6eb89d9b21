"""The history of the real models: what any day's tables said can be had again, whatever came afterwards.

After the first daily run, landing, dbt and matching go on day by day: files come late and corrected, people are merged and parted by clerks
and stewards, give consent and take it back, and one is erased. Each day's tables are kept aside; at the end the `…_as_of` functions must say
the same, and say it still when the warehouse is lost and made anew. `SVOD_TEST_DAYS=30` for a month; each run of the tests takes three days.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from month import Month
from project_runs import FIRST_DAY, copy_of_first_day

from pipelines.identity import resolve_identity
from pipelines.privacy import erase, finding
from pipelines.settings import PROJECT, settings
from pipelines.sources.landing import land
from pipelines.warehouse import connect

COUNT = int(os.environ.get("SVOD_TEST_DAYS", "3"))
DAYS = [datetime.fromisoformat(FIRST_DAY) + timedelta(days=day) for day in range(COUNT)]
TABLES = {
    "customers": "marts",
    "customer_attributes": "marts",
    "customer_identifiers": "marts",
    "consents": "marts",
    "segment_members": "segments",
    "segment_conditions": "segments",
}
BEFORE = ("+int_records", "+int_identifiers", "+int_links", "identity_overrides")
AFTER = tuple(f"+{table}{end}" for table in TABLES for end in ("", "_as_of"))


class Installation:
    """A data folder, the tables of each day as they were, and who has been erased since."""

    def __init__(self, data: Path, aside: Path, target: Path):
        self.data, self.aside, self.target, self.parsed = data, aside, target, None
        self.erased, self.apart, self.words, self.erased_on = set(), set(), set(), datetime.min
        self.company = Month(data / "inbox")

    def run(self, moment: datetime, *, from_nothing: bool = False) -> None:
        seeds = ("--resource-type", "seed") if from_nothing else ()
        land(moment)
        self.dbt(moment, BEFORE, (), seeds)
        resolve_identity(moment)
        self.dbt(moment, AFTER, BEFORE, seeds)

    def dbt(self, moment: datetime, chosen: tuple[str, ...], left_out: tuple[str, ...], seeds: tuple[str, ...]) -> None:
        """As the daily job does it, with the project parsed once; seeds stay as stewards have changed them since."""
        options = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(self.target), "--log-path", str(self.target), "--quiet"]
        if not self.parsed:
            self.parsed = dbtRunner().invoke(["parse", *options]).result
        words = ["build", "--select", *chosen, *(("--exclude", *left_out) if left_out else ()), "--resource-type", "model", *seeds]
        done = dbtRunner(manifest=self.parsed).invoke([*words, *options, "--vars", f"{{run_at: '{moment}'}}"])
        DuckDBConnectionManager.close_all_connections()
        assert done.success, done.exception or [result.message for result in done.result if result.status == "error"]

    def keep(self, moment: datetime) -> None:
        with connect(read_only=True) as connection:
            for table, schema in TABLES.items():
                connection.execute(f"copy (from {schema}.{table}) to '{self.kept(table, moment)}' (format parquet)")

    def kept(self, table: str, moment: datetime) -> Path:
        return self.aside / f"{table}.{moment:%Y%m%d}.parquet"

    def decide(self, number: int) -> None:
        """Two customers are one from tomorrow on, says a steward; the day after, another one says that they are not."""
        with connect() as connection:
            theirs = "select min(record_id) from identity.record_customers group by customer_id order by 1 limit 2 offset ?"
            pair = [row[0] for row in connection.execute(theirs, [number]).fetchall()]
            connection.execute("update seeds.identity_overrides set action = 'cannot_link'")
            connection.execute("insert into seeds.identity_overrides by name select 'must_link' as action, ? as left_record_id, ? as right_record_id", pair)

    def erase_one(self, moment: datetime) -> None:
        """Somebody who withdrew a consent. Whoever they were ever one with has lost their part of that time, so those ids are not compared."""
        with connect() as connection:
            ((person,),) = connection.execute("select max(customer_id) from marts.consents where state = 'withdrawn'").fetchall()
            found = finding.person(connection, person)
            held = connection.execute("select distinct customer_id from identity.record_moves where list_contains(?, record_id)", [found.records]).fetchall()
        self.erased.add(person)
        self.erased_on = moment
        self.apart |= {customer for (customer,) in held if customer} - {person}
        order = erase.plan([("R-1", found)], "the person")
        with duckdb.connect(str(erase.under_way() / "subject.duckdb"), read_only=True) as subject:
            self.words = {text for (text,) in subject.execute("select text from needles").fetchall()}
        erase.carry_out(order)

    def differences(self) -> list[tuple]:
        """Tables and moments of which the history tells other rows than the tables had."""
        with connect(read_only=True) as connection:
            moments = [(table, day, moment) for table in TABLES for day in DAYS for moment in (day, day + timedelta(hours=23, minutes=59))]
            return [asked for asked in moments if self.compared(connection, *asked) != (0, 0)]

    def compared(self, connection, table: str, day: datetime, moment: datetime) -> tuple[int, int]:
        """How many rows one tells and the other does not; all columns that the history keeps are compared. Who once had a number of the erased has lost that."""
        told = f"history.{table}_as_of(timestamp '{moment}')"
        described = [row[:2] for row in connection.execute(f"describe from {told}").fetchall()]
        columns = ", ".join(f'"{name}"' for name, _ in described)
        without = ", ".join(
            f"""list_reduce($words, lambda text, word: replace(text, word, '[erased]'), "{name}")""" if kind == "VARCHAR" else f'"{name}"'
            for name, kind in described
        )
        told = f"select {columns} from {told} where not list_contains($apart, customer_id)"
        was = f"select {without} from '{self.kept(table, day)}' where not list_contains($erased || $apart, customer_id)"
        query = f"select (select count(*) from ({told} except all {was})), (select count(*) from ({was} except all {told}))"
        return connection.execute(
            query,
            {
                "erased": sorted(self.erased),
                "apart": sorted(self.apart),
                "words": sorted(self.words, key=lambda word: (-len(word), word)) if day <= self.erased_on else [],
            },
        ).fetchone()


@pytest.fixture(scope="module")
def month(first_day_done, tmp_path_factory, dbt):
    folder = tmp_path_factory.mktemp("month")
    data = copy_of_first_day(first_day_done, folder).data
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SVOD_DATA", str(data))
        patch.delenv("SVOD_INBOX", raising=False)
        settings.cache_clear()
        installation = Installation(data, folder, dbt.knows_the_project(data / "target"))
        pass_days(installation)
        yield installation
    settings.cache_clear()


def pass_days(installation: Installation) -> None:
    """A run a day; some days run twice, the second time corrected; on one, somebody is erased."""
    installation.keep(DAYS[0])
    for number, moment in enumerate(DAYS[1:], 2):
        installation.company.happen(moment)
        installation.run(moment)
        if number % 10 == 5:
            installation.company.happen(moment)
            installation.run(moment)
        installation.keep(moment)
        installation.decide(number)
        if number == 20:
            installation.erase_one(moment)


@pytest.mark.timeout(600 + 120 * COUNT)
def test_what_the_tables_said_on_a_day_can_be_had_again(month):
    assert month.differences() == []


def test_there_was_something_to_tell(month):
    """People were merged and parted, and each table lost rows day by day, once there was what could change."""
    with connect(read_only=True) as connection:
        events = {row[0] for row in connection.execute("select distinct event from identity.customer_events").fetchall()}
        assert events >= {"created", "merged_into", "split_from"}
        assert connection.execute("select count(distinct state) from history.consents_history").fetchone()[0] >= 3
        for table in TABLES:
            days, rows = connection.execute(f"select count(distinct valid_to), count(*) from history.{table}_history where valid_to is not null").fetchone()
            assert days >= COUNT - 2 and rows > days, (table, days, rows)


@pytest.mark.timeout(600)
def test_a_warehouse_made_anew_from_the_inbox_knows_its_past(month):
    (month.data / "warehouse.duckdb").unlink()
    month.run(DAYS[-1] + timedelta(days=1), from_nothing=True)
    assert month.differences() == []
