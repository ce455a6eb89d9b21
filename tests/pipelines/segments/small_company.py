"""A small company, seen on two days: on the second one customer is gone, and a static list has come."""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from pipelines.demo import write_company
from pipelines.identity import resolve_identity
from pipelines.settings import PROJECT
from pipelines.sources.landing import land
from pipelines.warehouse import connect

DAYS = (datetime(2026, 1, 1, 6), datetime(2026, 1, 15, 6))
SEGMENTS = ("path:models/segments", "segment_conditions_history", "segment_conditions_as_of", "segment_members_history", "segment_members_as_of")
CLOCKED = ("customer_purchases", "customer_rfm", "customer_engagement", "customer_360")
GONE, FORMER = "c_gone", "c_former"


def dbt(data: Path, day: datetime, *arguments: str) -> None:
    options = ["--profiles-dir", ".", "--target-path", str(data / "target"), "--log-path", str(data / "target"), "--log-level-file", "none"]
    command = [sys.executable, "-m", "dbt.cli.main", *arguments, "--vars", f"{{run_at: '{day}'}}", *options]
    done = subprocess.run(command, cwd=PROJECT, env=os.environ | {"SVOD_DATA": str(data)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:]


def build(data: Path) -> None:
    """A warehouse in this folder whose segments have a history."""
    write_company(data / "inbox", data / "truth", people=100, days=60, end="2026-01-01")
    land(DAYS[0])
    dbt(data, DAYS[0], "build", "--select", "+int_records", "+int_identifiers", "+int_links", "--resource-type", "model", "seed")
    resolve_identity(DAYS[0])
    dbt(data, DAYS[0], "build", "--select", "+customer_360", "customer_timeline", "customer_redirects", "--resource-type", "model", "seed")
    dbt(data, DAYS[0], "build", "--select", *SEGMENTS, "segment_priorities", "static_lists", "--resource-type", "model", "seed")
    with connect() as connection:
        lost, kept, email = connection.execute(
            """select max(customer_id) filter (where orders_count > 0), min(customer_id), (select min(email) from marts.customers)
               from marts.customer_360"""
        ).fetchone()
        for table in ("customers", "customer_channels", "customer_redirects", "customer_identifiers"):
            connection.execute(f"delete from marts.{table} where customer_id = ?", [lost])
        connection.execute(
            "insert into marts.customer_redirects values (?, ?, ?), (?, null, ?), (?, ?, ?)", [FORMER, kept, DAYS[1], GONE, DAYS[1], lost, kept, DAYS[1]]
        )
        lines = [
            (name, line) for name, line in [("vip_guests", email.upper()), ("vip_guests", FORMER), ("vip_guests", "nobody@example.org"), ("vip_guests", GONE)]
        ]
        connection.executemany("insert into seeds.static_lists values (?, ?)", lines)
    dbt(data, DAYS[1], "run", "--select", *CLOCKED, *SEGMENTS)
