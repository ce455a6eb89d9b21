"""Erasure on a whole installation: nobody else is touched, nothing of the erased is left in any byte, and no old export brings them back."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from project_runs import FirstDay, copy_of_first_day
from seek import found

from pipelines.settings import PROJECT

KILLS = 3
THEIRS = "select identifier_type, value, raw_value from intermediate.int_identifiers where record_id in (select record_id from identity.record_customers where list_contains($ids, customer_id)) and not is_junk"
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
        self.ids = sorted({family, *(row[0] for row in many)})
        kept = set(query(data, OTHERS, ids=self.ids))
        theirs = [row for row in query(data, THEIRS, ids=self.ids) if (row[0], row[1]) not in kept]
        records = query(data, "select record_id from identity.record_customers where list_contains($ids, customer_id)", ids=self.ids)
        self.words = (
            {text for kind, value, raw in theirs if kind != "phone" for text in (value, raw) if text and len(text) >= 6}
            | {row[0] for row in records}
            | set(self.ids)
        )
        self.numbers = {value[-10:] for kind, value, _ in theirs if kind == "phone" and value}
        self.before = self.others()

    def others(self) -> dict[str, list[tuple]]:
        """What is known of everybody else."""
        tables = {
            "marts.customers": "customer_id",
            "marts.customer_identifiers": "customer_id",
            "marts.orders": "customer_id",
            "identity.record_customers": "customer_id",
        }
        return {
            table: query(self.data, f"select * from {table} where not list_contains($ids, {column}) order by all", ids=self.ids)
            for table, column in tables.items()
        }


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
    company.said = call(company.data, "pipelines.cli", "privacy", "erase", *company.ids, "--reference", "R-17", "--yes")
    assert company.said.returncode == 0, company.said.stdout + company.said.stderr
    return company


@pytest.mark.timeout(900)
def test_the_search_finds_them_before(company):
    assert len(company.ids) >= 3 and len(company.words) > 15 and company.numbers
    places = {name for name, _ in found(company.data, company.words, company.numbers)}
    assert "warehouse.duckdb" in places and "000001.parquet" in places and any(name.startswith("full_") for name in places)


def test_nothing_of_them_is_left_in_any_file(erased):
    left = [hit for hit in found(erased.data, erased.words, erased.numbers) if hit[0] != "pseudonym.key"]
    assert left == []


def test_everybody_else_is_untouched_also_who_shared_their_phone(erased):
    now = erased.others()
    assert {table: len(rows) for table, rows in now.items()} == {table: len(rows) for table, rows in erased.before.items()}
    assert now == erased.before
    assert query(erased.data, "select count(*) from intermediate.int_identifiers where value = $phone", phone=erased.shared)[0][0] > 0


def test_what_is_shown_and_what_is_proved_names_nobody(erased):
    proof = json.loads(next((erased.data / "privacy/proofs").glob("R-17*.json")).read_text())
    assert proof["is_complete"] and proof["requests"] == ["R-17"] and proof["customers"] == len(erased.ids)
    assert {"warehouse.duckdb", "inbox/orders"} <= {place["place"] for place in proof["places"] if place["hits_before"]}
    texts = erased.said.stdout + erased.said.stderr + "".join(path.read_text() for path in (erased.data / "privacy/proofs").iterdir())
    assert not [word for word in erased.words if word in texts and not word.startswith("c_")]


@pytest.mark.timeout(900)
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
    assert [word for word in words if word.encode() in said] == []


@pytest.mark.timeout(900)
def test_old_exports_bring_nobody_back_and_all_rows_are_accounted_for(erased):
    for path in sorted((erased.data.parent / "old exports").rglob("*")):
        if path.is_file() and path.suffix in (".csv", ".zip", ".jsonl") and path.stat().st_size < 300_000:
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


@pytest.mark.timeout(900)
def test_an_erasure_killed_anywhere_is_finished_by_the_next_one(company, killed):
    draw = random.Random(17)
    command = [sys.executable, "-m", "pipelines.cli", "privacy", "erase", *company.ids, "--reference", "R-18", "--yes"]
    started = 0
    for _ in range(KILLS):
        if list((killed / "privacy/proofs").glob("*.json")):
            break
        again = command if not (killed / "privacy/unfinished/order.json").exists() else command[:5]
        process = subprocess.Popen(again, cwd=PROJECT, env=environment(killed), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 120
        while process.poll() is None and not (killed / "privacy/unfinished/order.json").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(draw.uniform(0, 1.5 + started))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        started += 1
    again = command if not (killed / "privacy/tombstones.parquet").exists() else command[:5]
    if not list((killed / "privacy/proofs").glob("*.json")):
        last = call(killed, *again[2:])
        assert last.returncode == 0, last.stdout + last.stderr
    assert started
    assert not (killed / "privacy/unfinished").exists()
    assert [hit for hit in found(killed, company.words, company.numbers) if hit[0] != "pseudonym.key"] == []


@pytest.mark.timeout(900)
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
