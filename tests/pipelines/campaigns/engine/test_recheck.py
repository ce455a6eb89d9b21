"""The sender asks of whose turn it is; what it is told is what it would be told had it asked of everybody."""

from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.campaigns.engine import inputs
from pipelines.campaigns.engine.recheck import withdrawn
from pipelines.campaigns.engine.tick import tick
from pipelines.campaigns.tables import ensure
from pipelines.settings import settings
from tests.pipelines.campaigns.engine import marts
from tests.pipelines.campaigns.engine import world as worlds

GROUPS, TICKS = 4, [worlds.START + timedelta(days=day) for day in range(1, 5)]
# A third has gone out, late, and of some of the rest nobody knows.
SENT = """
insert into communications.attempts by name
select message_id, 1 as attempt, 'b' as batch, channel, 'live' as mode, release_at + interval 20 hour as started_at, started_at as finished_at, if(hash(message_id) % 9 = 0, 'unknown', 'accepted') as outcome
from communications.outbox where not is_phantom and hash(message_id) % 3 = 0 and release_at + interval 20 hour < $at
"""


@pytest.fixture
def company(data, monkeypatch) -> Path:
    """Decided on for four days, and two days later: people have merged, taken back consent, bought, and the sender stood still. The database's file."""
    monkeypatch.setenv("SVOD_CAMPAIGNS", str(data / "campaigns"))
    settings.cache_clear()
    for one in worlds.scenarios():
        (data / "campaigns" / one.scenario).mkdir(parents=True)
        (data / "campaigns" / one.scenario / "scenario.yml").write_text(one.model_dump_json(by_alias=True, exclude_defaults=True))
    (data / "campaigns/policy.yml").write_text(worlds.policy().model_dump_json(by_alias=True, exclude_defaults=True))
    world = worlds.make(data / "made.duckdb", 400, 8, seed=3)
    with duckdb.connect(str(data / "decided.duckdb"), config=worlds.CONFIG) as connection:
        connection.execute("set timezone = 'UTC'")
        ensure(connection)
        for at in TICKS:
            marts.publish(connection, world, at)
            inputs.show(connection, at, worlds.policy())
            tick(connection, worlds.scenarios(), worlds.policy(), at)
        marts.publish(connection, world, TICKS[-1] + timedelta(days=2))
        connection.execute(SENT, {"at": TICKS[-1]})
        connection.execute("update communications.outbox set expires_at = expires_at + interval 5 day")
    return data / "decided.duckdb"


def told(file: Path, groups: int, now: datetime) -> tuple[set[tuple], set[str]]:
    """Who is called back and why, and what is left for later, where the sender asks of so many groups of customers one after another; 0: of all at once."""
    left = set()
    with duckdb.connect(config=worlds.CONFIG) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{file}' as decided (read_only)")
        connection.execute("copy from database decided to memory")
        for number in range(groups or 1):
            turn = f"abs(hash(customer_id)) % {groups} = {number}" if groups else "true"
            connection.execute(f"create or replace temp table candidates as select customer_id from communications.outbox where {turn}")
            withdrawn(connection, now, among="candidates" if groups else None)
            left |= {
                one
                for (one,) in connection.execute(f"select message_id from not_now inner join communications.outbox using (message_id) where {turn}").fetchall()
            }
        return set(connection.execute("select message_id, reason from communications.cancellations").fetchall()), left


@pytest.mark.parametrize("hour", [3, 12], ids=["in quiet hours", "by day"])
def test_asking_by_turns_tells_what_asking_of_all_tells(company, hour):
    now = TICKS[-1] + timedelta(days=2, hours=hour)
    called_back, left = told(company, 0, now)
    assert {reason for _, reason in called_back} >= {"no_basis", "suppressed", "exited"} and len(left) > 20
    assert told(company, GROUPS, now) == (called_back, left)
