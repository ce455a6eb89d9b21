"""What is costly and the same for many tests is done once in a test run, by whichever worker needs it first: dbt's parsing, and a company's first day."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.demo import write_company
from pipelines.settings import PROJECT

FIRST_DAY, PEOPLE = "2026-01-01 06:00:00", int(os.environ.get("SVOD_TEST_PEOPLE", "120"))
QUIET = ("--log-level-file", "none")
PARSED = ("manifest.json", "partial_parse.msgpack")


def once(folder: Path, make: Callable[[Path], None]) -> Path:
    """This folder, made by the first worker that asks; the others wait for it. A failure is tried again, so that each test that needs it tells of it."""
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (done := folder / ".done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


@dataclass(frozen=True)
class Dbt:
    """dbt as the daily job starts it: a process that is given the project as parsed already."""

    parsed: Path

    def __call__(self, data: Path, *arguments: str) -> subprocess.CompletedProcess:
        target = self.knows_the_project(data / "target")
        environment = os.environ | {"SVOD_DATA": str(data), "DBT_TARGET_PATH": str(target), "SVOD_RUN_PROCESS": str(os.getpid())}
        options = ("--profiles-dir", ".", "--log-path", str(target), *QUIET)
        command = [sys.executable, "-m", "orchestration.dbt_child", *arguments, *options]
        done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
        if (data / "warehouse.duckdb").exists():
            # It leaves its last changes in the log beside the file; whoever copies the file alone would miss them.
            duckdb.connect(str(data / "warehouse.duckdb")).close()
        return done

    def knows_the_project(self, target: Path) -> Path:
        """The folder, with what dbt would otherwise write there first; nothing is parsed again unless the project changes."""
        target.mkdir(parents=True, exist_ok=True)
        for name in PARSED:
            if not (target / name).exists():
                shutil.copy2(self.parsed / name, target / name)
        return target


def parse(folder: Path) -> None:
    command = [sys.executable, "-m", "dbt.cli.main", "parse", "--profiles-dir", ".", "--target-path", str(folder), "--log-path", str(folder), *QUIET]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@dataclass(frozen=True)
class FirstDay:
    """A company after its first daily run: the data folder, the exports as they were before anything was wrong with them, and what the run said."""

    data: Path
    old_exports: Path
    stdout: str
    stderr: str


def first_day(folder: Path, dbt: Dbt) -> None:
    data = folder / "data"
    write_company(data / "inbox", data / "truth", people=PEOPLE, days=15, end="2026-01-01")
    shutil.copytree(data / "inbox", folder / "old exports")
    write_canaries(data / "inbox")
    dbt.knows_the_project(data / "target")
    environment = os.environ | {"SVOD_DATA": str(data), "SVOD_INBOX": str(data / "inbox"), "SVOD_DBT_TARGET": str(data / "target")}
    done = subprocess.run([sys.executable, "-m", "orchestration.run", "--run-at", FIRST_DAY], cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "stdout.txt").write_text(done.stdout)
    (folder / "stderr.txt").write_text(done.stderr)


def copy_of_first_day(made: Path, folder: Path) -> FirstDay:
    """A company of this test's own."""
    for name in ("data", "old exports"):
        shutil.copytree(made / name, folder / name, symlinks=True)
    return FirstDay(folder / "data", folder / "old exports", (made / "stdout.txt").read_text(), (made / "stderr.txt").read_text())


def write_canaries(inbox: Path) -> None:
    """Recognisable people in everything that can be wrong with a file: cells too many, quotes, casts, JSON, a header that is none."""
    person = "Zcanaryname Zcanaryfamily,zcanary@example.com,+79995550011"
    (inbox / "orders/canary.csv").write_text(
        f'order_id,ordered_at,customer_name,email,phone,amount\nz1,2025-12-01,{person},100\nz2,zcanary-date,{person},zcanary-amount\nz3,2025-12-01,{person},1,2,3\nz4,"2025,{person},1\n'
    )
    (inbox / "consents/canary.csv").write_text(
        "email,phone,purpose,action,occurred_at\nzcanary@example.com,+79995550011,zcanary-purpose,granted,zcanary-date\n"
    )
    (inbox / "hubspot/canary.csv").write_text(f"{person}\n{person}\n")
    (inbox / "esp/sendgrid_canary.jsonl").write_text(
        '{"email":"zcanary@example.com","event":\n[{"email":"zcanary@example.com","event":"open","timestamp":"zcanary-time"}]\n'
    )
    (inbox / "vk_leads/canary.json").write_text('{"response":{"leads":[{"lead_id":1,"answers":[{"key":"email","answer":{"value":"zcanary@example.com"}}]')
    (inbox / "shopify/customers_canary.xlsx").write_bytes(b"PK\x03\x04 zcanary@example.com")
