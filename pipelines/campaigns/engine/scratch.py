"""The evaluation beside the warehouse: a database in memory with the warehouse attached read-only. Nothing that happens there stays."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import duckdb

from pipelines.campaigns.engine import inputs
from pipelines.campaigns.engine.tick import tick
from pipelines.campaigns.schema import Policy, Scenario
from pipelines.campaigns.tables import SCHEMA, TABLES, ensure
from pipelines.files import quoted
from pipelines.redaction import Told
from pipelines.settings import settings


class NotAnswered(Told):
    """The question cannot be answered; the text says what to do."""


@contextmanager
def scratch(*, with_ledger: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """`with_ledger`: with all that ticks have written so far."""
    if not settings().warehouse.exists():
        raise NotAnswered("There is no warehouse yet: run `svod run` first")
    config = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": settings().memory_limit,
        "threads": str(settings().threads),
    }
    with duckdb.connect(":memory:", config=config) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{quoted(settings().warehouse)}' as warehouse (read_only)")
        ensure(connection)
        there = {
            name
            for (name,) in connection.execute(
                "select table_name from duckdb_tables() where database_name = 'warehouse' and schema_name = $schema", {"schema": SCHEMA}
            ).fetchall()
        }
        for name in TABLES.keys() & there if with_ledger else ():
            connection.execute(f"insert into {SCHEMA}.{name} by name from warehouse.{SCHEMA}.{name}")
        yield connection


def simulated(connection: duckdb.DuckDBPyConnection, one: Scenario, policy: Policy, since: datetime, until: datetime) -> None:
    """One scenario alone over this time, as though it had been live: a single tick, which gives what any number of ticks would."""
    tick_at = until + policy.lateness
    inputs.show(connection, tick_at, policy, at="warehouse.")
    tick(connection, [one.model_copy(update={"status": "live"})], policy, tick_at, since=since)


REASONS = """
select coalesce(reason, 'eligible') as reason, count(*) as messages, count(distinct customer_id) as customers from communications.decisions group by reason order by messages desc, reason
"""
UPCOMING = """
select scenario, step, channel, date_trunc('hour', greatest(release_at, $now)) as hour, tick_at > $planned_at as is_foreseen, count(*) as messages
from communications.outbox
where not is_phantom and expires_at > $now and release_at < $until and message_id not in (select message_id from communications.cancellations)
    and message_id not in (select message_id from communications.attempts where mode = 'live' and outcome <> 'deferred')
group by all order by hour, scenario, step, channel
"""


def upcoming(connection: duckdb.DuckDBPyConnection, scenarios: list[Scenario], policy: Policy, days: int) -> list[tuple]:
    """What will be released within so many days of the last tick: planned, and foreseen if nothing else happens. Counts only."""
    (now,) = connection.execute("select max(tick_at) from communications.ticks").fetchone()
    if now is None:
        raise NotAnswered("Nothing has been evaluated yet: run `svod campaigns tick` first")
    until = now + timedelta(days=days)
    inputs.show(connection, until + policy.lateness, policy, at="warehouse.")
    tick(connection, scenarios, policy, until + policy.lateness)
    return connection.execute(UPCOMING, {"planned_at": now, "now": now, "until": until}).fetchall()
