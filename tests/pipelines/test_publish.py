"""Publishing: readers see whole versions, whatever happens to the publisher, and analysts see nobody's name."""

import hashlib
import hmac
import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines import pseudonymise
from pipelines.fingerprint import Fingerprint
from pipelines.publish import NothingToPublish, current, publish, rollback, versions
from pipelines.settings import PROJECT, settings

PEOPLE = [("Анна", "Смирнова", "anna.smirnova@example.ru", "+79160000001"), ("John", "Whitfield", "john.whitfield@example.com", "+14155550123")]
FINGERPRINT = Fingerprint("files", "code", "2026-01-01")


@pytest.fixture
def data(tmp_path, monkeypatch) -> Path:
    """An empty data folder that the settings point at."""
    monkeypatch.setenv("SVOD_DATA", str(tmp_path))
    monkeypatch.setenv("SVOD_DBT_TARGET", str(tmp_path / "target"))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def fill(generation: int) -> None:
    """A warehouse in the shape of the real one; every table says which generation it is of."""
    settings().warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(settings().warehouse)) as connection:
        for schema in ("marts", "segments", "quality", "staging"):
            connection.execute(f"create schema if not exists {schema}")
        connection.execute("create or replace table people (given_name varchar, family_name varchar, email varchar, phone varchar)")
        for person in PEOPLE:
            connection.execute("insert into people values (?, ?, ?, ?)", list(person))
        connection.execute(
            f"""create or replace table marts.customers as
            select 'c_' || left(md5(email), 16) as customer_id, given_name, family_name, email, phone, date '1990-05-17' as birth_date,
                1990 as birth_year, 'Moscow' as city, 'spring ' || email as campaign, 'note about ' || family_name as remark,
                [email] as emails, {generation} as generation
            from people"""
        )
        connection.execute(
            "create or replace table marts.customer_identifiers as select customer_id, 'mailchimp:subscriber:' || email as record_id, email as raw_value, generation from marts.customers"
        )
        connection.execute("create or replace table segments.new_customers as select customer_id, true as is_new, generation from marts.customers")
        connection.execute("create or replace table quality.junk_values_found as select email, phone, generation from marts.customers")
        connection.execute("create or replace table staging.secret as select * from people")
        connection.execute("drop table people")


def read(role: str) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str((settings().published / f"{role}.duckdb").resolve()), read_only=True)


def test_a_publication_shows_marts_segments_and_quality_and_nothing_else(data):
    fill(1)
    version = publish(datetime(2026, 1, 2, 5), FINGERPRINT)
    with read("full") as reader:
        schemas = {row[0] for row in reader.execute("select distinct schema_name from duckdb_tables()").fetchall()}
        assert schemas == {"marts", "segments", "quality", "privacy"}
        assert reader.execute("select count(*) from marts.customers").fetchone()[0] == len(PEOPLE)
    assert current() == version
    assert json.loads((settings().published / "current.json").read_text())["run_at"] == "2026-01-02 05:00:00"


def test_both_files_say_what_their_tables_and_columns_mean(data):
    fill(1)
    (data / "target").mkdir()
    columns = {
        "customer_id": {"description": "The customer.", "config": {"meta": {"privacy": "direct_identifier", "token": True}}},
        "family_name": {"description": "The family's name, as spelled.", "config": {"meta": {"privacy": "direct_identifier"}}},
        "birth_year": {"description": "Year of\n  birth.", "config": {"meta": {"privacy": "quasi_identifier"}}},
    }
    node = {"resource_type": "model", "schema": "marts", "name": "customers", "description": "One row per customer.\n", "columns": columns}
    (data / "target" / "manifest.json").write_text(json.dumps({"nodes": {"model.svod.customers": node}}))
    publish(datetime(2026, 1, 2), FINGERPRINT)
    for role, described in {"full": list(columns), "pseudonymised": ["customer_id", "birth_year"]}.items():
        with read(role) as reader:
            found = reader.execute("select column_name, comment from duckdb_columns() where table_name = 'customers' and comment is not null").fetchall()
            table = reader.execute("select comment from duckdb_tables() where table_name = 'customers'").fetchone()[0]
        assert (table, dict(found)) == ("One row per customer.", {name: " ".join(columns[name]["description"].split()) for name in described})


def test_a_warehouse_without_marts_publishes_nothing(data):
    duckdb.connect(str(settings().warehouse)).close()
    with pytest.raises(NothingToPublish):
        publish(datetime(2026, 1, 2), FINGERPRINT)
    assert current() is None and not list(settings().published.glob("*.duckdb"))


def test_the_pseudonymised_file_holds_no_name_address_or_number_of_anybody(data):
    fill(1)
    version = publish(datetime(2026, 1, 2), FINGERPRINT)
    full, pseudonymised = ((settings().published / name).read_bytes() for name in (version.full, version.pseudonymised))
    values = [value.encode() for person in PEOPLE for value in person]
    assert all(value in full for value in values), "the search itself must be able to find a value"
    assert not [value for value in values if value in pseudonymised]
    assert b"c_" + hashlib.md5(PEOPLE[0][2].encode()).hexdigest()[:16].encode() not in pseudonymised


def test_pseudonyms_are_the_keyed_hash_and_join_across_tables(data, monkeypatch):
    monkeypatch.setenv("SVOD_PSEUDONYM_KEY", "a key of the test")
    fill(1)
    publish(datetime(2026, 1, 2), FINGERPRINT)
    with read("full") as reader:
        customers = [row[0] for row in reader.execute("select customer_id from marts.customers").fetchall()]
    expected = {hmac.new(b"a key of the test", customer.encode(), "sha256").hexdigest()[:32] for customer in customers}
    with read("pseudonymised") as reader:
        joined = reader.execute("select customer_id from marts.customers join segments.new_customers using (customer_id)").fetchall()
    assert {row[0] for row in joined} == expected


def test_what_analysts_see_of_a_column_follows_from_its_class():
    columns = [(name, "VARCHAR") for name in ("city", "plan", "remark", "family_name", "email", "order_id", "unclassed")] + [
        ("orders", "BIGINT"),
        ("born", "DATE"),
    ]
    classes = {
        "city": "quasi_identifier",
        "plan": "none",
        "remark": "sensitive",
        "family_name": "direct_identifier",
        "email": "token",
        "order_id": "quasi_identifier",
    }
    chosen = pseudonymise.selection(columns, classes)
    shown = [name for name, _ in columns if f'as "{name}"' in chosen or f', "{name}"' in chosen]
    assert shown == ["city", "plan", "email", "order_id", "orders"]
    assert 'pseudonym(cast("email"' in chosen and 'pseudonym(cast("order_id"' in chosen and 'pseudonym(cast("city"' not in chosen


def test_only_their_owner_reads_the_full_file_and_the_key(data):
    fill(1)
    version = publish(datetime(2026, 1, 2), FINGERPRINT)
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in [*settings().published.glob("*_0*.duckdb"), data / "pseudonym.key"]}
    assert modes == {version.full: "0o600", version.pseudonymised: "0o640", "pseudonym.key": "0o600"}


def test_as_many_versions_are_kept_as_configured_and_an_earlier_one_comes_back_in_one_call(data, monkeypatch):
    monkeypatch.setenv("SVOD_KEEP_VERSIONS", "3")
    settings.cache_clear()
    for generation in range(1, 6):
        fill(generation)
        publish(datetime(2026, 1, generation), FINGERPRINT)
    assert [version.number for version in versions()] == [3, 4, 5]
    assert len(list(settings().published.glob("*_0*.duckdb"))) == 6
    assert rollback().number == 4
    with read("full") as reader:
        assert reader.execute("select min(generation), max(generation) from marts.customers").fetchone() == (4, 4)
    assert rollback(versions()[0].version).number == 3
    with pytest.raises(NothingToPublish):
        rollback()


def test_a_version_taken_back_is_not_published_again_until_something_changes(data):
    fill(1)
    publish(datetime(2026, 1, 1), Fingerprint("files", "code", "2026-01-01"))
    publish(datetime(2026, 1, 2), Fingerprint("bad files", "code", "2026-01-02"))
    assert rollback().fingerprint["files"] == "bad files"


PUBLISHER = """
import sys, time
sys.path.insert(0, {tests!r})
from datetime import datetime
from test_publish import FINGERPRINT, fill
from pipelines.publish import publish, versions
generation = max((version.number for version in versions()), default=0)
while True:
    generation += 1
    fill(generation)
    publish(datetime(2026, 1, 1), FINGERPRINT)
"""

READER = """
import json, sys, duckdb
from pathlib import Path
folder, reads, seen = Path(sys.argv[1]), 0, [0]
tables = ["marts.customers", "marts.customer_identifiers", "segments.new_customers", "quality.junk_values_found"]
while not (folder.parent / "enough").exists():
    version = json.loads((folder / "current.json").read_text())
    with duckdb.connect(str(folder / version["full"]), read_only=True) as reader:
        generations = {row[0] for table in tables for row in reader.execute(f"select distinct generation from {table}").fetchall()}
        assert len(generations) == 1, f"mixed: {generations}"
        assert min(generations) >= seen[-1], "went back in time"
        reads, seen = reads + 1, [*seen, *(generations - {seen[-1]})]
print(reads, len(seen) - 1)
"""
KILLS = 8


def publish_and_be_killed(after: float, environment: dict[str, str]) -> None:
    """Start a publisher, let it publish at least once, and kill it some moments later, wherever it is."""
    before = current().number
    publisher = subprocess.Popen([sys.executable, "-c", PUBLISHER.format(tests=str(Path(__file__).parent))], env=environment, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while current().number == before and publisher.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(after)
    assert publisher.poll() is None, publisher.communicate()[1]
    publisher.send_signal(signal.SIGKILL)
    publisher.communicate()


def test_readers_are_never_disturbed_while_versions_are_published_and_publishers_killed(data, monkeypatch):
    monkeypatch.setenv("SVOD_KEEP_VERSIONS", "20")
    settings.cache_clear()
    fill(1)
    publish(datetime(2026, 1, 1), FINGERPRINT)
    environment = os.environ | {"PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-c", READER, str(settings().published)]
    readers = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) for _ in range(2)]
    dice = random.Random(7)
    for _ in range(KILLS):
        publish_and_be_killed(dice.uniform(0, 0.8), environment)
    (data / "enough").touch()
    results = [reader.communicate(timeout=60) for reader in readers]
    assert [reader.returncode for reader in readers] == [0, 0], [error for _, error in results]
    for reads, versions_seen in (map(int, out.split()) for out, _ in results):
        assert reads >= 20 and versions_seen >= KILLS // 2, (reads, versions_seen)
    assert current().number > KILLS
    fill(99)
    publish(datetime(2026, 1, 2), FINGERPRINT)
    named = {name for version in versions() for name in (version.full, version.pseudonymised)}
    assert {path.name for path in settings().published.glob("*_0*.duckdb")} == named
    assert not list((settings().published / ".build").iterdir())
