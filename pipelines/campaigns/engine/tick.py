"""One tick: everything that happened up to its watermark is taken into account, in one transaction, once.

A second tick at the same moment changes nothing, and so does one that comes before the last. A tick that dies leaves nothing behind.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from duckdb import DuckDBPyConnection

from pipelines.campaigns.engine import arbitration, entries, given, recalls, requests, transitions, winners
from pipelines.campaigns.engine.definitions import CompileWhere, compiled, load, register
from pipelines.campaigns.engine.sql import TICK_AT, UNTIL
from pipelines.campaigns.schema import Policy, Scenario
from pipelines.campaigns.tables import ensure

# The first tick of all listens this far back.
FIRST_LOOK = timedelta(days=1)
COUNTED = ("entries", "transitions", "decisions", "messages")


@dataclass(frozen=True)
class Ticked:
    """What a tick added. All 0 for one that had been before."""

    entries: int = 0
    transitions: int = 0
    decisions: int = 0
    messages: int = 0


def tick(
    connection: DuckDBPyConnection,
    scenarios: Iterable[Scenario],
    policy: Policy,
    tick_at: datetime,
    *,
    since: datetime | None = None,
    compile_where: CompileWhere = compiled,
) -> Ticked:
    """Evaluates what happened up to `tick_at` minus the policy's lateness. `since`: from when the very first tick listens, a day before if unset."""
    scenarios, until = list(scenarios), tick_at - policy.lateness
    ensure(connection)
    last_tick, watermark = connection.execute("select max(tick_at), max(watermark) from communications.ticks").fetchone()
    if last_tick and (tick_at <= last_tick or until <= watermark):
        return Ticked()
    connection.execute("begin")
    try:
        for name, value in {"since": watermark or since or until - FIRST_LOOK, "until": until, "tick_at": tick_at}.items():
            connection.execute(f"set variable {name} = timestamp '{value}'")
        register(connection, scenarios, tick_at)
        current = load(connection, scenarios, policy)
        given.freeze(connection, current, policy, last_tick, compile_where)
        _evaluate(connection, current, policy, compile_where)
        done = _written(connection)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    return done


def _evaluate(connection: DuckDBPyConnection, current: list[Scenario], policy: Policy, compile_where: CompileWhere) -> None:
    transitions.stand(connection)
    winners.begin(connection)
    requests.begin(connection, policy)
    arbitration.begin(connection, policy)
    recalls.recall(connection)
    entries.collect(connection, current, policy, compile_where)
    levels, level = entries.levels(current), 0
    while True:
        moved = transitions.follow(connection, policy, requests.EFFECTS)
        requests.prepare(connection, policy)
        judged = entries.admit(connection, policy, levels[level]) if levels else 0
        if judged:
            transitions.wake_merged(connection)
        if moved or judged:
            continue
        if level + 1 < len(levels):
            level += 1
        elif arbitration.arbitrate(connection, policy) or winners.choose(connection, compile_where):
            transitions.wake(connection)
            level = 0
        else:
            return


def _written(connection: DuckDBPyConnection) -> Ticked:
    counts = ", ".join(
        f"(select count(*) from communications.{table} where tick_at = {TICK_AT})" for table in ("entries", "transitions", "decisions", "outbox")
    )
    row = connection.execute(f"select {counts}").fetchone()
    connection.execute(f"insert into communications.ticks select {TICK_AT}, {UNTIL}, {counts}")
    return Ticked(*row)
