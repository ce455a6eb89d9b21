"""Whatever the ticks are, the same passes, steps, decisions and messages come out: the promise that everything else stands on.

`SVOD_TEST_CUSTOMERS`, `SVOD_TEST_DAYS` and `SVOD_TEST_TICK_HOURS` (the finest schedule) make it larger.
"""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

import duckdb
import pytest

from pipelines.campaigns.engine.tick import tick
from pipelines.campaigns.tables import SET_TRAITS
from tests.pipelines.campaigns.engine import world as worlds

CUSTOMERS, DAYS = int(os.environ.get("SVOD_TEST_CUSTOMERS", "120")), int(os.environ.get("SVOD_TEST_DAYS", "5"))
FINEST = float(os.environ.get("SVOD_TEST_TICK_HOURS", "6"))
TABLES = ("entries", "transitions", "decisions", "outbox", "cancellations", "trait_changes", "audience_changes", "winners")


def run(world: worlds.World, moments: list[datetime]) -> duckdb.DuckDBPyConnection:
    connection = worlds.opened(world)
    for moment in moments:
        worlds.show(connection, moment)
        tick(connection, worlds.scenarios(), worlds.policy(), moment)
    return connection


def every(world: worlds.World, hours: float) -> list[datetime]:
    """Ticks at this distance. All schedules begin with the same one, before anything happens, and end with the same one, after everything has."""
    count = int(world.days * 24 / hours)
    return [*(worlds.START + timedelta(hours=hours * number) for number in range(count)), world.end + timedelta(hours=2)]


def delayed(world: worlds.World) -> list[datetime]:
    """Once a day, each up to twenty hours late, some of them twice and now and then one out of turn."""
    random = Random(7)
    late = [moment + timedelta(minutes=random.randrange(1200)) for moment in every(world, 24)[1:-1]]
    more = [worlds.START + timedelta(minutes=random.randrange(1, world.days * 1440)) for _ in range(world.days // 4)]
    moments = [moment for moment in sorted([*late, *more]) for _ in range(random.choice([1, 2]))]
    return [worlds.START, *moments, world.end + timedelta(hours=2)]


SCHEDULES = {"finest_doubled": lambda world: sorted(every(world, FINEST) * 2), "delayed": delayed}
if FINEST < 6:
    SCHEDULES["every_six_hours"] = lambda world: every(world, 6)


def difference(one: duckdb.DuckDBPyConnection, other: duckdb.DuckDBPyConnection, table: str) -> list[tuple]:
    """Rows that are not in both, as often as they are not; `tick_at` says when a row was written and not what it says."""
    mine = f"select * exclude (tick_at) from communications.{table}"
    looking = one.cursor()
    looking.register("others", other.cursor().sql(mine).to_arrow_table())
    both = f"(select 'only here', * from ({mine} except all from others)) union all (select 'only there', * from (from others except all {mine}))"
    return looking.execute(f"{both} order by all limit 20").fetchall()


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> worlds.World:
    """With answers to the messages of a first run."""
    found = worlds.make(tmp_path_factory.mktemp("world") / "made.duckdb", CUSTOMERS, DAYS, seed=1)
    worlds.answer(found, run(found, every(found, 24)))
    return found


@pytest.fixture(scope="module")
def daily(world) -> Iterator[duckdb.DuckDBPyConnection]:
    with run(world, every(world, 24)) as connection:
        yield connection


def test_the_company_has_everything_that_could_make_ticks_differ(world, daily):
    reasons = {reason for (reason,) in daily.execute("select distinct reason from communications.decisions").fetchall()}
    assert reasons >= {"eligible", "global_holdout", "local_holdout", "no_basis", "no_processing_basis", "suppressed", "capped"}
    outcomes = {outcome for (outcome,) in daily.execute("select distinct outcome from communications.transitions").fetchall()}
    assert outcomes >= {"asked", "split", "done", "deadline", "guard_1", "guard_2", "exit", "merged", "exhausted", "winner"}
    won = "select scenario from communications.winners where is_winner group by scenario having count(distinct arm) = 2"
    assert {scenario for (scenario,) in daily.execute(won).fetchall()} == {"subjects", "nudge"}
    for table in (*TABLES, "late_events"):
        assert daily.execute(f"select count(*) from communications.{table}").fetchone()[0], table
    told_late = "select count(*) from made.channels where not has_consent and known_at > valid_from + interval 1 hour"
    assert daily.execute(told_late).fetchone()[0]
    parted = "select count(*) from communications.entries inner join made.people using (customer_id) where born_at is not null and entered_at > born_at"
    assert daily.execute(parted).fetchone()[0]


def test_every_trait_that_was_set_can_be_asked_for_by_the_next_run_once_with_who_set_it(daily):
    daily.execute(SET_TRAITS)
    shown = daily.execute("select entry_id, step, visit, customer_id, trait, value, set_at from landing.set_traits order by all").fetchall()
    assert shown == daily.execute("select * exclude (tick_at) from communications.trait_changes order by all").fetchall()
    assert daily.execute("select distinct scenario, set_at >= entered_at, position > 1 from landing.set_traits order by scenario").fetchall() == [
        ("nudge", True, True),
        ("receipt", True, True),
    ]


@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_ticks_of_any_kind_give_the_same_tables(world, daily, schedule):
    with run(world, SCHEDULES[schedule](world)) as other:
        for table in TABLES:
            assert difference(daily, other, table) == [], table
