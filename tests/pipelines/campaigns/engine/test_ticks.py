"""Whatever the ticks are, the same passes, steps, decisions and messages come out: the promise that everything else stands on."""

import os
from datetime import datetime, timedelta
from random import Random

import duckdb
import pytest

from pipelines.campaigns.engine.tick import tick
from tests.pipelines.campaigns.engine import world as worlds

CUSTOMERS, DAYS = int(os.environ.get("SVOD_TEST_CUSTOMERS", "120")), int(os.environ.get("SVOD_TEST_DAYS", "4"))
FINEST = float(os.environ.get("SVOD_TEST_TICK_HOURS", "6"))  # 1 by hand
TABLES = ("entries", "transitions", "decisions", "outbox", "cancellations", "trait_changes", "audience_changes")


def run(world: worlds.World, moments: list[datetime]) -> duckdb.DuckDBPyConnection:
    connection = worlds.opened(world)
    for moment in moments:
        worlds.show(connection, moment)
        tick(connection, worlds.scenarios(), worlds.policy(), moment, since=worlds.START)
    return connection


def every(world: worlds.World, hours: float) -> list[datetime]:
    """Ticks at this distance; all end with the same one, after everything has happened."""
    count = int(world.days * 24 / hours)
    return [*(worlds.START + timedelta(hours=hours * number) for number in range(1, count)), world.end + timedelta(hours=2)]


def irregular(world: worlds.World) -> list[datetime]:
    """Delayed, missed and repeated ticks."""
    random = Random(7)
    moments = sorted(worlds.START + timedelta(minutes=random.randrange(1, world.days * 1440)) for _ in range(world.days * 2))
    return [*(moment for moment in moments for _ in range(random.choice([1, 2]))), world.end + timedelta(hours=2)]


def told(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple]:
    return connection.execute(f"select * exclude (tick_at) from communications.{table} order by all").fetchall()


@pytest.fixture(scope="module")
def world() -> worlds.World:
    """With answers to the messages of a first run."""
    found = worlds.make(CUSTOMERS, DAYS, seed=1)
    worlds.answer(found, run(found, every(found, 24)), seed=2)
    return found


@pytest.fixture(scope="module")
def daily(world) -> duckdb.DuckDBPyConnection:
    return run(world, every(world, 24))


def test_the_company_has_everything_that_could_make_ticks_differ(daily):
    reasons = {reason for (reason,) in daily.execute("select distinct reason from communications.decisions").fetchall()}
    assert reasons >= {"eligible", "global_holdout", "local_holdout", "no_basis", "no_processing_basis", "suppressed", "capped"}
    outcomes = {outcome for (outcome,) in daily.execute("select distinct outcome from communications.transitions").fetchall()}
    assert outcomes >= {"asked", "split", "done", "deadline", "guard_1", "guard_2", "exit", "merged", "exhausted"}
    assert all(told(daily, table) for table in TABLES)


@pytest.mark.parametrize("schedule", ["finest_doubled", "irregular"])
def test_ticks_of_any_kind_give_the_same_tables(world, daily, schedule):
    moments = {"finest_doubled": lambda: sorted(every(world, FINEST) * 2), "irregular": lambda: irregular(world)}
    other = run(world, moments[schedule]())
    for table in TABLES:
        assert told(other, table) == told(daily, table), table
