"""A day rebuilds only the customers that changed, and comes to what building everybody would: whatever happened, also to the run itself."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from project_runs import Dbt

from pipelines.privacy import erase
from pipelines.privacy.finding import Person
from pipelines.settings import PROJECT, settings

MODELS = ("path:models/marts", "path:models/segments", "path:models/history", "path:models/quality/purchases")
SCHEMAS = ("profile", "marts", "segments", "history")
PICKED = "create or replace temp macro picked(key, purpose, of) as hash(key, purpose, $day) % of = 0"

# A late file, a corrected one, withdrawals, times that run out, events of tomorrow, orders that lose their buyer, addresses that come to be shared.
NEWS = (
    """insert into intermediate.int_events by name
    select * replace (event_id || $day as event_id, cast($day as timestamp) + interval '1' day * (cast(hash(event_id) % 4 as integer) - 2) as occurred_at)
    from intermediate.int_events where picked(event_id, 'late', 200)""",
    "delete from intermediate.int_events where picked(event_id, 'corrected', 300)",
    "update intermediate.int_reactions set machine_rule = 'too_soon' where picked(event_id, 'machine', 20)",
    "update intermediate.int_records set family_name = 'Примеров', family_name_key = 'primerov', locality = 'Omsk' where picked(record_id, 'corrected', 40)",
    "update intermediate.int_records set source_created_at = cast($day as timestamp) + interval '30' hour where picked(record_id, 'ahead', 100)",
    "update intermediate.int_identifiers set value = 'shared@example.com' where identifier_type = 'email' and picked(record_id, 'shared', 60)",
    """insert into intermediate.int_orders by name
    select * replace (order_id || $day as order_id, cast($day as timestamp) + interval '1' day * (hash(order_id) % 3) as ordered_at)
    from intermediate.int_orders where picked(order_id, 'new', 20)""",
    "update intermediate.int_orders set record_id = null where picked(order_id, 'nobody', 60)",
    """insert into intermediate.int_consent_events by name
    select * replace (consent_event_id || $day as consent_event_id, 'withdrawn' as action, if(picked(consent_event_id, 'undated', 2), null, cast($day as timestamp)) as occurred_at,
        if(picked(consent_event_id, 'by address', 2), null, record_id) as record_id)
    from intermediate.int_consent_events where picked(consent_event_id, 'no', 30)""",
    """update intermediate.int_consent_events set expires_at = cast($day as timestamp) + interval '1' day * (hash(consent_event_id) % 3)
    where picked(consent_event_id, 'ends', 20)""",
    """insert into intermediate.int_suppressions by name
    select 'suppression:' || record_id || $day as suppression_id, 'email' as identifier_type, value as raw_value, value, 'email' as channel, 'hard_bounce' as reason,
        cast($day as timestamp) as occurred_at, 'esp' as source
    from intermediate.int_identifiers where identifier_type = 'email' and picked(record_id, 'bounced', 60)""",
)
# Some customers become one, some records become customers of their own.
MOVES = (
    """create or replace temp table merged as
    select customer_id, lead(customer_id) over (order by customer_id) as other_id from identity.customers where picked(customer_id, 'merged', 15)
    qualify row_number() over (order by customer_id) % 2 = 1""",
    "update identity.record_customers as known set customer_id = merged.customer_id from merged where known.customer_id = merged.other_id",
    "insert into identity.customer_redirects select other_id, customer_id, cast($day as timestamp) from merged where other_id is not null",
    "update identity.record_customers set customer_id = 'c_' || left(md5(record_id), 12) where cluster_size > 1 and picked(record_id, 'split', 60)",
    """create or replace table identity.customers as
    select customer_id, count(*) as record_count, coalesce(min(created_at), cast($day as timestamp)) as created_at, cast($day as timestamp) as changed_at
    from identity.record_customers left join (select customer_id, created_at from identity.customers) as known using (customer_id) group by customer_id""",
)


@pytest.fixture
def company(data, first_day_done) -> Path:
    """A company of this test's own, after its first day."""
    for source in (first_day_done / "data").iterdir():
        if source.name in ("history", "inbox", "target"):
            shutil.copytree(source, data / source.name)
        elif source.name.startswith("warehouse.duckdb"):
            shutil.copy2(source, data / source.name)
    return data


@pytest.fixture
def build(dbt: Dbt) -> Callable[[Path, str], None]:
    def run(data: Path, day: str, *, rebuild: bool = False) -> None:
        done = dbt(data, *arguments(day, rebuild=rebuild))
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr

    return run


def arguments(day: str, *, rebuild: bool = False) -> list[str]:
    return ["run", "--select", *MODELS, "--exclude", "source:communications+", "--vars", f"{{run_at: '{day} 06:00:00', rebuild: {str(rebuild).lower()}}}"]


def happens(data: Path, day: str, *statements: str) -> None:
    with duckdb.connect(str(data / "warehouse.duckdb")) as connection:
        connection.execute(PICKED.replace("$day", f"'{day}'"))
        for statement in statements:
            connection.execute(statement.replace("$day", f"'{day}'"))


def run_until(data: Path, day: str, model: str) -> None:
    """Starts the run and kills it as soon as a model is built."""
    environment = os.environ | {"SVOD_DATA": str(data), "DBT_TARGET_PATH": str(data / "target"), "SVOD_RUN_PROCESS": str(os.getpid())}
    command = [sys.executable, "-m", "orchestration.dbt_child", *arguments(day), "--profiles-dir", ".", "--log-path", str(data), "--log-level-file", "none"]
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert any(" OK " in line and f".{model} " in line for line in process.stdout)
        process.kill()


def erase_somebody(data: Path) -> None:
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        records = connection.execute("""
            select record_id from identity.record_customers where customer_id = (
                select customer_id from identity.record_customers group by customer_id order by count(*) desc, customer_id limit 1)""").fetchall()
    settings().published.mkdir(exist_ok=True)
    erase.carry_out(erase.plan([("request-1", Person(tuple(record for (record,) in records)))], "dpo"))


def built_anew(data: Path, folder: Path, day: str, build: Callable[..., None]) -> Path:
    """A copy of the company in which all is built, as `svod run --force` has it; history keeps what it has and compares everybody."""
    shutil.copytree(data, folder)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("delete from profile.attribute_candidates")
    build(folder, day, rebuild=True)
    return folder


def differing(one: Path, other: Path) -> dict[str, int]:
    """Tables that are not equal row for row, with how many rows differ. When a customer last changed is no part of what the tables say."""
    found = {}
    with duckdb.connect() as connection:
        for name, folder in (("one", one), ("other", other)):
            connection.execute(f"attach '{folder}/warehouse.duckdb' as {name} (read_only)")
        query = "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'one' and list_contains($schemas, schema_name)"
        names = [name for (name,) in connection.execute(query, {"schemas": SCHEMAS}).fetchall() if not name.endswith("_fingerprints")]
        assert len(names) > 70
        for name in names:
            rows = connection.execute(
                f"select count(*) from (from one.{name} except all from other.{name} union all (from other.{name} except all from one.{name}))"
            )
            if count := rows.fetchone()[0]:
                found[name] = count
    return found


def rebuilt_share(data: Path) -> float:
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(
            "select avg(if(changed_in = (select max(changed_in) from profile.record_fingerprints), 1, 0)) from profile.record_fingerprints"
        ).fetchone()[0]


def test_after_any_days_the_tables_are_those_of_a_build_of_everything(company, build, tmp_path_factory):
    happens(company, "2026-01-02", *NEWS, *MOVES)
    run_until(company, "2026-01-02", "customer_attributes")
    erase_somebody(company)
    happens(company, "2026-01-03", *NEWS, *MOVES)
    build(company, "2026-01-03")
    assert 0 < rebuilt_share(company) < 0.5
    anew = built_anew(company, tmp_path_factory.mktemp("anew") / "data", "2026-01-03", build)
    assert differing(company, anew) == {}
