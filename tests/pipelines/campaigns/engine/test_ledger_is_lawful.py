"""Every planned message looked at again by plain Python that shares nothing with the engine: consent, suppression, caps, quiet hours, holdouts.

`SVOD_TEST_CUSTOMERS` and `SVOD_TEST_DAYS` make it as large as one likes.
"""

import hashlib
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipelines.campaigns.engine import ledger
from tests.pipelines.campaigns.engine import world as worlds
from tests.pipelines.campaigns.engine.test_ticks import CUSTOMERS, DAYS, TABLES, every, run, told

COLUMNS = "message_id, entry_id, scenario, purpose, customer_id, channel, address, due_at, release_at, is_phantom, time_zone"


@pytest.fixture(scope="module")
def world() -> worlds.World:
    return worlds.make(CUSTOMERS, DAYS, seed=11)


@pytest.fixture(scope="module")
def done(world):
    return run(world, every(world, 24))


@pytest.fixture(scope="module")
def messages(done) -> list[dict]:
    names = COLUMNS.split(", ")
    found = [dict(zip(names, row, strict=True)) for row in done.execute(f"select {COLUMNS} from communications.outbox").fetchall()]
    assert len(found) > 100
    return [message for message in found if not message["is_phantom"]]


def bucket(salt: str, customer: str) -> int:
    return int(hashlib.md5(f"{salt}:{customer}".encode()).hexdigest()[:8], 16) % 10000


def test_nobody_is_written_to_without_consent_or_at_a_suppressed_address(world, messages):
    states, stopped = defaultdict(list), {}
    for row in world.rows["channels"]:
        states[row["customer_id"], row["channel"]].append(row)
    for row in world.rows["suppressions"]:
        key = row["channel"], row["address"]
        stopped[key] = min(row["suppressed_at"], stopped.get(key, datetime.max))
    for message in messages:
        due = message["due_at"]
        (held,) = [
            row for row in states[message["customer_id"], message["channel"]] if (row["valid_from"] or datetime.min) <= due < (row["valid_to"] or datetime.max)
        ]
        assert held["address"] == message["address"] is not None
        assert message["purpose"] == "transactional" or (held["has_consent"] and not held["is_processing_forbidden"])
        assert stopped.get((message["channel"], message["address"]), datetime.max) > due


def test_nobody_in_a_holdout_gets_anything(done, messages):
    entered = dict(done.execute("select entry_id, customer_id from communications.entries").fetchall())
    shares = {one.scenario: one.holdout.share for one in worlds.scenarios()}
    for message in messages:
        if message["purpose"] != "transactional":
            assert bucket("company", entered[message["entry_id"]]) >= worlds.policy().holdout_share * 10000
            assert bucket(f"{message['scenario']}.holdout", entered[message["entry_id"]]) >= shares[message["scenario"]] * 10000


def test_nothing_is_released_in_quiet_hours(world, messages):
    zones = {row["customer_id"]: row["time_zone"] if row["time_zone"] != "Nowhere/Atlantis" else None for row in world.rows["time_zones"]}
    quiet = {one.scenario: one.quiet_hours or worlds.policy().quiet_hours for one in worlds.scenarios()}
    for message in messages:
        if message["purpose"] == "transactional":
            continue
        assert message["time_zone"] == (zones[message["customer_id"]] or "Europe/Moscow")
        clock, hours = message["release_at"].replace(tzinfo=UTC).astimezone(ZoneInfo(message["time_zone"])).time(), quiet[message["scenario"]]
        is_quiet = hours.from_ <= clock < hours.to if hours.from_ <= hours.to else clock >= hours.from_ or clock < hours.to
        assert not is_quiet, message


def test_no_window_holds_more_than_a_cap_allows(world, done, messages):
    """A merge may bring together what went to two people before: only what was planned for the merged customer afterwards is bound."""
    heirs = {row["old_customer_id"]: row for row in world.rows["redirects"] if row["redirected_at"]}
    recalled = dict(done.execute("select message_id, min(cancelled_at) from communications.cancellations group by all").fetchall())
    for cap in worlds.policy().caps:
        sent = [one for one in messages if one["purpose"] != "transactional" and (not cap.channels or one["channel"] in cap.channels)]
        by_heir = defaultdict(list)
        for one in sent:
            by_heir[heirs.get(one["customer_id"], {}).get("customer_id", one["customer_id"])].append(one)
        for together in by_heir.values():
            for last in together:
                same = [one for one in together if one is last or ((one["due_at"], one["message_id"]) < (last["due_at"], last["message_id"]) and recalled.get(one["message_id"], datetime.max) > last["due_at"]
                        and who(heirs, one["customer_id"], last["due_at"]) == who(heirs, last["customer_id"], last["due_at"]))]  # fmt: skip
                for first in same:
                    window = [one for one in same if first["release_at"] <= one["release_at"] < first["release_at"] + cap.within]
                    assert last not in window or len(window) <= cap.at_most


def who(heirs: dict, customer: str, at: datetime) -> str:
    return heirs[customer]["customer_id"] if customer in heirs and heirs[customer]["redirected_at"] <= at else customer


def test_nobody_gets_the_same_message_twice(done, messages):
    keys = done.execute(
        "select scenario, occurrence, step, greatest(visit, 1), address, count(*) from communications.outbox inner join communications.entries using (entry_id, scenario) where not is_phantom group by all having count(*) > 1"
    ).fetchall()
    assert keys == []


def test_a_lost_warehouse_gets_everything_back_and_goes_on_the_same(world, tmp_path: Path):
    moments = every(world, 24)
    first = run(world, moments[:2])
    ledger.catch_up(first, tmp_path)
    again = worlds.opened(world)
    ledger.catch_up(again, tmp_path)
    for table in TABLES:
        assert told(again, table) == told(first, table), table
    for connection in (first, again):
        worlds.show(connection, moments[2])
        worlds.tick(connection, worlds.scenarios(), worlds.policy(), moments[2])
    for table in TABLES:
        assert told(again, table) == told(first, table), table
    (next((tmp_path / "communications" / "ledger").glob("outbox.*"))).unlink()
    with pytest.raises(ledger.LedgerBroken, match="outbox"):
        ledger.catch_up(worlds.opened(world), tmp_path)


def test_a_tick_that_was_before_changes_nothing(world, done):
    before = {table: told(done, table) for table in TABLES}
    for moment in (world.end + timedelta(hours=2), world.end - timedelta(hours=5)):
        worlds.tick(done, worlds.scenarios(), worlds.policy(), moment)
    assert {table: told(done, table) for table in TABLES} == before
