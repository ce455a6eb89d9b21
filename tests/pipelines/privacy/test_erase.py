"""Erasure on a whole installation: nobody else is touched, nothing of the erased is left in any byte, and no old export brings them back.

`SVOD_TEST_PEOPLE=1300 SVOD_TEST_ERASED=1000` erases a thousand at once, `SVOD_TEST_KILLS=9` kills at every point; each run of the tests takes less.
"""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from pages import left_in_code
from project_runs import FirstDay, copy_of_first_day
from seek import among, found, stands

from pipelines.settings import PROJECT

COUNT, KILLS = int(os.environ.get("SVOD_TEST_ERASED", "60")), int(os.environ.get("SVOD_TEST_KILLS", "4"))
# Where an erasure is killed, one after the other, each in what the one before left.
POINTS = [
    ("one file of the inbox is written anew", "rewriting", "_replace", "after"),
    ("the manifest knows a file's new content, the file is the old one", "rewriting", "_remember", "after"),
    ("rows are deleted and nothing is committed", "tables", "_redact", "before"),
    ("a published version is written anew and not in its place", "erase", "_recount", "before"),
    ("all is done but the proof", "proofs", "write", "before"),
    ("tombstones are there, for the second time", "tombstones", "write", "after"),
    ("the warehouse still holds the bytes", "compact", "rewrite", "before"),
    ("the warehouse is written anew", "compact", "rewrite", "after"),
    ("the proof is written and the order still there", "proofs", "write", "after"),
]
THEIRS = "select identifier_type, value, raw_value from intermediate.int_identifiers where record_id in (select record_id from identity.record_customers where list_contains($ids, customer_id)) and not is_junk"
RAW = "select schema_name, table_name, string_agg('\"' || column_name || '\"', ', ') from duckdb_columns() where schema_name like 'raw_%' and data_type = 'VARCHAR' and table_name not like '!_dlt%' escape '!' group by all"
# Neither the rest of the family nor the canary, who stands in files that were refused and never landed.
OTHERS_TO_ERASE = "select distinct customer_id from identity.record_customers where customer_id not in (select customer_id from intermediate.int_identifiers join identity.record_customers using (record_id) where value = $phone or raw_value like '%zcanary%' or value = '+79995550011') order by md5(customer_id) limit $count"
# Somebody else who had a number of theirs once, and was found to have none.
OTHER = """
insert into history.customers_history by name
select * replace ($number as phone, valid_from - interval 2 day as valid_from, valid_from - interval 1 day as valid_to)
from history.customers_history where valid_to is null and not list_contains($ids, customer_id) order by customer_id limit 1 returning customer_id
"""
# A list kept by hand, in which a number of theirs is written as no source writes it.
LISTED = (
    "insert into seeds.static_lists by name select 'vip_guests' as list, ? as identifier",
    "insert into segments.static_list_lines by name select 'vip_guests' as list, trim(?) as identifier, 'phone' as identifier_type",
)
# What others said on a form beside a contact of the erased stands, and its key with it.
STATED = "select customer_id, channel, purpose, state, consent_event_id from marts.consents where consent_event_id like 'consents:%' and not list_contains($ids, customer_id)"
# Tables that say whose each row is, from the staged exports to the marts.
OWNED = """
select schema_name || '.' || table_name, max(column_name) from duckdb_columns() semi join duckdb_tables() using (table_oid)
where column_name in ('record_id', 'customer_id') and (schema_name in ('staging', 'marts') or (schema_name, table_name) in (('identity', 'record_customers'), ('intermediate', 'int_identifiers')))
    and (schema_name <> 'staging' or regexp_matches(table_name, '__(records|orders|events|consent_events)$'))
group by all
"""
# A visitor of each kind, of whom nothing but events is known.
VISITORS = "select visitor_id from marts.anonymous_visitors qualify row_number() over (partition by visitor_id_type order by event_count desc, visitor_id) = 1 order by all"
# A number that somebody gave with a consent, and no record has.
SUBSCRIBER = "select value from intermediate.int_consent_events where identifier_type = 'phone' and value not in (select value from intermediate.int_identifiers where value is not null) order by 1 limit 1"
VISITS = "select event_id from intermediate.int_events where list_contains($visitors, value)"
# What is known of other visitors, and of whoever else has no record.
UNNAMED = {
    "marts.anonymous_visitors": "select * from marts.anonymous_visitors where not list_contains($theirs, visitor_id) order by all",
    "intermediate.int_events": "select * from intermediate.int_events where record_id is null and not list_contains($theirs, value) and value not in (select value from intermediate.int_identifiers where value is not null) order by all",
}
OTHERS = "select identifier_type, value from intermediate.int_identifiers where record_id not in (select record_id from identity.record_customers where list_contains($ids, customer_id))"


def environment(data: Path) -> dict[str, str]:
    return os.environ | {"SVOD_DATA": str(data), "SVOD_INBOX": str(data / "inbox"), "SVOD_DBT_TARGET": str(data / "target"), "PYTHONPATH": str(PROJECT)}


def call(data: Path, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", *arguments], cwd=PROJECT, env=environment(data), capture_output=True, text=True)


def query(data: Path, text: str, **parameters) -> list[tuple]:
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(text, parameters or None).fetchall()


class Installation:
    """A company after its first run, whom to erase from it, and what they were known by."""

    def __init__(self, first_day: FirstDay):
        data = self.data = first_day.data
        self.first_run = first_day
        self.shared, family = query(
            data,
            "select value, min(customer_id) from intermediate.int_identifiers join identity.record_customers using (record_id) where identifier_type = 'phone' and not is_junk group by value having count(distinct customer_id) = 2 order by value limit 1",
        )[0]
        many = query(
            data,
            "select customer_id from identity.record_customers group by customer_id having count(*) >= 3 order by count(distinct split_part(record_id, ':', 1)) desc, customer_id limit 3",
        )
        more = query(data, OTHERS_TO_ERASE, phone=self.shared, count=COUNT - len(many) - 1)
        self.ids = sorted({family, *(row[0] for row in many + more)})
        kept = set(query(data, OTHERS, ids=self.ids))
        # A tagged address of somebody else's leads to the same mailbox, and the truth may know another country for a number.
        mailboxes = {row[0]: row[1] for row in query(data, "select value, mailbox from intermediate.int_email_values where mailbox <> value")}
        kept |= {("email", mailboxes[value]) for kind, value in kept if kind == "email" and value in mailboxes}
        true_numbers = {row[0] for row in query(data, "select value from quality.true_attributes where attribute = 'phone'")}
        theirs = [row for row in query(data, THEIRS, ids=self.ids) if (row[0], row[1]) not in kept]
        records = query(data, "select record_id from identity.record_customers where list_contains($ids, customer_id)", ids=self.ids)
        self.records = [row[0] for row in records]
        self.visitors = [row[0] for row in query(data, VISITORS)]
        ((self.subscriber,),) = query(data, SUBSCRIBER)
        self.words = (
            {text for kind, value, raw in theirs if kind != "phone" for text in (value, raw) if text and len(text) >= (9 if text.isdigit() else 6)}
            | set(self.records)
            | set(self.ids)
            | set(self.visitors)
            | {row[0] for row in query(data, VISITS, visitors=self.visitors)}
        )
        known = {value for kind, value, _ in theirs if kind == "phone" and value} | {self.subscriber}
        self.numbers = {value[-10:] for value in known} - {value[-10:] for value in true_numbers - known if value}
        with duckdb.connect(str(data / "warehouse.duckdb")) as connection:
            for statement in LISTED:
                connection.execute(statement, [f" {max(known)[:2]} ({max(known)[2:5]}) {max(known)[5:8]}-{max(known)[8:]}"])
            (self.other,) = connection.execute(OTHER, {"ids": self.ids, "number": max(known)}).fetchone()
        self.before, self.stated = self.others(), set(query(data, STATED, ids=self.ids))

    def requests(self) -> Path:
        path = self.data.parent / "requests.csv"
        with path.open("w", newline="") as lines:
            csv.writer(lines).writerows(
                [("reference", "identifier"), *(("R-17", one) for one in self.ids), *(("R-18", one) for one in (*self.visitors, self.subscriber))]
            )
        return path

    def others(self, data: Path | None = None) -> dict[str, list[tuple]]:
        """What is known of everybody else."""
        data, theirs = data or self.data, {"customer_id": self.ids, "record_id": self.records}
        owned = {
            table: query(data, f"select * from {table} where not list_contains($theirs, {column}) order by all", theirs=theirs[column])
            for table, column in query(data, OWNED)
        }
        return owned | {f"{table}, of nobody's": query(data, select, theirs=self.visitors) for table, select in UNNAMED.items()}


@pytest.fixture(scope="module")
def company(first_day_done, tmp_path_factory) -> Installation:
    return Installation(copy_of_first_day(first_day_done, tmp_path_factory.mktemp("company")))


@pytest.fixture(scope="module")
def killed(company, tmp_path_factory) -> Path:
    """A copy of the installation in which the same erasure is killed wherever it is, and then called again."""
    data = tmp_path_factory.mktemp("killed") / "data"
    shutil.copytree(company.data, data, symlinks=True)
    return data


@pytest.fixture(scope="module")
def erased(company, killed) -> Installation:
    company.said = call(company.data, "pipelines.cli", "privacy", "erase", "--file", str(company.requests()), "--yes")
    assert company.said.returncode == 0, company.said.stdout + company.said.stderr
    return company


@pytest.mark.timeout(1800)
def test_the_search_finds_them_before(company):
    assert len(company.ids) >= 3 and len(company.visitors) == 2 and len(company.words) > 15 and company.numbers
    places = {name for name, _ in found(company.data, company.words, company.numbers)}
    assert "warehouse.duckdb" in places and "000001.parquet" in places and any(name.startswith("full_") for name in places)


def test_a_person_is_shown_all_that_is_held_about_them_and_nothing_of_others(company, tmp_path):
    ((person,),) = query(company.data, "select max(customer_id) from communications.decisions where list_contains($ids, customer_id)", ids=company.ids)
    done = call(company.data, "pipelines.cli", "privacy", "export", person, "--to", str(tmp_path), "--language", "ru")
    assert done.returncode == 0, done.stdout + done.stderr
    content = json.loads((tmp_path / "person_ru.json").read_text())
    shown = {part["table"]: len(part["rows"]) for part in content}
    assert {"marts.customers", "communications.decisions", "history.customers_history"} <= set(shown)
    contacts = [row[2] for row in query(company.data, THEIRS, ids=[person]) if row[0] in ("email", "phone") and len(row[2]) > 9]
    held = {}
    for schema, table, cells in query(company.data, RAW):
        told = f"select count(*) from {schema}.{table} where list_has_any([{cells}], $contacts)"
        held[f"{schema}.{table}"] = query(company.data, told, contacts=contacts)[0][0]
    assert sum(held.values()) > 1 and {table: count for table, count in held.items() if shown.get(table, 0) < count} == {}
    known = {row[1] for row in query(company.data, THEIRS, ids=[person])}
    others = {value for kind, value in query(company.data, OTHERS, ids=[person]) if kind in ("email", "phone") and value and len(value) > 9} - known
    assert left_in_code((tmp_path / "person_ru.html").read_text(), content) == set()
    page = (tmp_path / "person_ru.html").read_bytes().lower()
    assert [value for value in among(others, page) if stands(value.lower().encode(), page)] == []


def test_a_visitor_is_shown_every_visit_and_nothing_of_others(company, tmp_path):
    for visitor in company.visitors:
        done = call(company.data, "pipelines.cli", "privacy", "export", visitor, "--to", str(tmp_path))
        assert done.returncode == 0 and visitor not in done.stdout + done.stderr, done.stdout + done.stderr
        content = json.loads((tmp_path / "person_en.json").read_text())
        assert {part["purpose"] for part in content} == {"web analytics"}
        shown = {part["table"]: part["rows"] for part in content}
        ((visits, rows),) = query(
            company.data, "select count(*), count(distinct (_file_id, _line)) from intermediate.int_events where value = $one", one=visitor
        )
        assert [(row["visitor_id"], row["event_count"]) for row in shown["marts.anonymous_visitors"]] == [(visitor, visits)]
        received = [json.dumps(row) for table, held in shown.items() if table.startswith("raw_") for row in held]
        assert len(received) >= rows > 0 and [row for row in received if visitor not in row] == []


@pytest.mark.timeout(1800)
def test_nothing_of_them_is_left_in_any_file(erased):
    left = [hit for hit in found(erased.data, erased.words, erased.numbers) if hit[0] != "pseudonym.key"]
    assert left == []


def test_everybody_else_is_untouched_also_who_shared_their_phone(erased):
    now = erased.others()
    assert {table: len(rows) for table, rows in now.items()} == {table: len(rows) for table, rows in erased.before.items()}
    assert now == erased.before
    assert query(erased.data, "select count(*) from intermediate.int_identifiers where value = $phone", phone=erased.shared)[0][0] > 0


def test_who_had_a_number_of_theirs_once_keeps_that_time_without_the_number(erased):
    first = "select phone, full_name from history.customers_history where customer_id = $one order by valid_from limit 1"
    ((phone, name),) = query(erased.data, first, one=erased.other)
    assert phone == "[erased]" and name == query(erased.data, "select full_name from marts.customers where customer_id = $one", one=erased.other)[0][0]


def test_what_is_shown_and_what_is_proved_names_nobody(erased):
    proof = json.loads(next((erased.data / "privacy/proofs").glob("R-17*.json")).read_text())
    assert proof["is_complete"] and proof["requests"] == ["R-17", "R-18"]
    assert (proof["customers"], proof["unrecorded"]) == (len(erased.ids), len(erased.visitors) + 1)
    assert {"warehouse.duckdb", "inbox/orders"} <= {place["place"] for place in proof["places"] if place["hits_before"]}
    references = {row[0] for row in duckdb.sql(f"select distinct reference from read_parquet('{erased.data}/privacy/tombstones.parquet')").fetchall()}
    assert {"R-17", "R-18"} <= references <= {"R-17", "R-18", "R-17, R-18"}
    texts = erased.said.stdout + erased.said.stderr + "".join(path.read_text() for path in (erased.data / "privacy/proofs").iterdir())
    assert not [word for word in erased.words if word in texts and not word.startswith("c_")]


@pytest.mark.timeout(1800)
def test_no_log_run_record_check_or_message_names_anybody(company):
    everybody = query(
        company.data, "select distinct value from intermediate.int_identifiers where identifier_type in ('email', 'phone') and not is_junk and len(value) > 9"
    )
    words = {row[0] for row in everybody} | {"zcanary", "zcanaryname", "zcanaryfamily", "79995550011"}
    told = [company.first_run.stdout.encode(), company.first_run.stderr.encode()]
    told += [
        repr(query(company.data, f"select {columns}")).encode()
        for columns in ("reason, remedy from landing.files", "reason, remedy from landing.quarantine", "* from quality.expectation_results")
    ]
    for folder in ("logs", "dagster", "target"):
        told += [path.read_bytes() for path in (company.data / folder).rglob("*") if path.is_file()]
    assert len(told) > 20 and query(company.data, "select count(*) from landing.quarantine where raw like '%zcanary%'")[0][0] >= 3
    said = b"\n".join(told).lower()
    assert among(words, said) == set()


@pytest.mark.timeout(1800)
def test_old_exports_bring_nobody_back_and_all_rows_are_accounted_for(erased):
    for path in sorted((erased.data.parent / "old exports").rglob("*")):
        if path.is_file() and path.suffix in (".csv", ".zip", ".jsonl"):
            target = erased.data / "inbox" / path.relative_to(erased.data.parent / "old exports").parent / f"again_{path.name}"
            content = path.read_bytes()
            target.write_bytes(content if path.suffix == ".zip" else content.rstrip(b"\r\n") + b"\n\n")
            os.utime(target, (path.stat().st_mtime, path.stat().st_mtime))
    run = call(erased.data, "orchestration.run", "--run-at", "2026-01-02 06:00:00")
    assert run.returncode == 0, run.stdout + run.stderr
    left = [hit for hit in found(erased.data, erased.words, erased.numbers) if hit[0] != "pseudonym.key"]
    assert left == []
    assert query(erased.data, "select count(*), sum(rows_erased) > 0 from quality.row_reconciliation where status = 'loaded' and difference <> 0")[0][0] == 0
    assert query(erased.data, "select sum(rows_erased) from landing.files where landed_at = timestamp '2026-01-02 06:00:00'")[0][0] > 0
    assert set(query(erased.data, "select record_id, customer_id from identity.record_customers")) >= {
        row[:2] for row in erased.before["identity.record_customers"]
    }
    assert set(query(erased.data, STATED, ids=erased.ids)) == erased.stated != set()


@pytest.mark.timeout(1800)
def test_an_erasure_killed_anywhere_is_finished_by_the_next_one(company, killed):
    script, again = Path(__file__).with_name("killable.py"), ["--file", str(company.requests()), "--yes"]
    for point, module, function, moment in POINTS[:KILLS]:
        command = [sys.executable, str(script), f"pipelines.privacy.{module}", function, moment, "erase", *again]
        done = subprocess.run(command, cwd=PROJECT, env=environment(killed), capture_output=True, text=True)
        assert done.returncode == -signal.SIGKILL, (point, done.stdout, done.stderr)
        assert (killed / "privacy/unfinished/order.json").exists(), point
        again = []
    last = call(killed, "pipelines.cli", "privacy", "erase")
    assert last.returncode == 0, last.stdout + last.stderr
    (proof,) = (killed / "privacy/proofs").glob("*.json")
    told = json.loads(proof.read_text())
    assert told["is_complete"] and told["customers"] == len(company.ids) and sum(place["hits_before"] for place in told["places"]) > 100
    assert not (killed / "privacy/unfinished").exists()
    assert [hit for hit in found(killed, company.words, company.numbers) if hit[0] != "pseudonym.key"] == []
    assert company.others(killed) == company.before


@pytest.mark.timeout(1800)
def test_what_is_kept_too_long_goes_row_by_row_after_it_was_shown(erased):
    web = "select count(*) from (from raw_ga4.events union all by name from raw_metrica.visits union all by name from raw_segment.events)"
    before, people = query(erased.data, web)[0][0], query(erased.data, "select count(*) from raw_bitrix24.contacts")[0][0]
    shown = call(erased.data, "pipelines.cli", "privacy", "retention", "--run-at", "2030-01-01")
    assert shown.returncode == 0 and "Nothing was changed" in shown.stdout and query(erased.data, web)[0][0] == before > 0
    done = call(erased.data, "pipelines.cli", "privacy", "retention", "--run-at", "2030-01-01", "--apply")
    assert done.returncode == 0, done.stdout + done.stderr
    assert query(erased.data, web)[0][0] == 0 and query(erased.data, "select count(*) from landing.quarantine")[0][0] == 0
    assert query(erased.data, "select count(*) from raw_bitrix24.contacts")[0][0] == people
    again = call(erased.data, "pipelines.cli", "privacy", "retention", "--run-at", "2030-01-01", "--apply")
    assert "Nothing is due" in again.stdout
