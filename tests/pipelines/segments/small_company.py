"""A small company, seen on two days: on the second one customer is gone, and a static list has come."""

from datetime import datetime
from pathlib import Path

from project_runs import Dbt

from pipelines.demo import write_company
from pipelines.identity import resolve_identity
from pipelines.sources.landing import land
from pipelines.warehouse import connect

DAYS = (datetime(2026, 1, 1, 6), datetime(2026, 1, 15, 6))
BEFORE = ("+int_records", "+int_identifiers", "+int_links")
AFTER = ("+customer_360", "customer_timeline", "customer_redirects", "segment_priorities", "static_lists")
SEGMENTS = (
    "path:models/segments",
    "segment_conditions_history",
    "segment_conditions_as_of",
    "segment_members_history",
    "segment_members_as_of",
    "customer_identifiers_history",
    "customer_identifiers_as_of",
)
CLOCKED = ("customer_purchases", "customer_rfm", "customer_engagement", "customer_360")
GONE, FORMER = "c_gone", "c_former"


def run(dbt: Dbt, data: Path, day: datetime, *arguments: str) -> None:
    done = dbt(data, *arguments, "--vars", f"{{run_at: '{day}'}}")
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr


def build(data: Path, dbt: Dbt) -> None:
    """A warehouse in this folder whose segments have a history."""
    write_company(data / "inbox", data / "truth", people=100, days=60, end="2026-01-01")
    land(DAYS[0])
    run(dbt, data, DAYS[0], "build", "--select", *BEFORE, "--resource-type", "model", "seed")
    resolve_identity(DAYS[0])
    run(dbt, data, DAYS[0], "build", "--select", *AFTER, *SEGMENTS, "--exclude", *BEFORE, "--resource-type", "model", "seed")
    with connect() as connection:
        lost, kept, email = connection.execute(
            """select max(customer_id) filter (where orders_count > 0), min(customer_id), (select min(email) from marts.customers)
               from marts.customer_360"""
        ).fetchone()
        for table in ("marts.customers", "profile.customer_facts", "marts.customer_channels", "marts.customer_redirects", "marts.customer_identifiers"):
            connection.execute(f"delete from {table} where customer_id = ?", [lost])
        connection.execute(
            "insert into marts.customer_redirects by name select unnest([?, ?, ?]) as old_customer_id, unnest([?, null, ?]) as customer_id, ? as redirected_at, ? as created_at",
            [FORMER, GONE, lost, kept, kept, DAYS[1], DAYS[0]],
        )
        lines = [
            (name, line) for name, line in [("vip_guests", email.upper()), ("vip_guests", FORMER), ("vip_guests", "nobody@example.org"), ("vip_guests", GONE)]
        ]
        connection.executemany("insert into seeds.static_lists values (?, ?)", lines)
    run(dbt, data, DAYS[1], "run", "--select", *CLOCKED, *SEGMENTS)
