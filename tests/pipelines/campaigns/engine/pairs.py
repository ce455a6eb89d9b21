"""A company of a few customers who share something, small enough to say beforehand what becomes of each; `world` is the large one."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

import duckdb

from pipelines.campaigns.engine.tick import tick
from pipelines.campaigns.schema import Policy, Scenario
from pipelines.campaigns.tables import ensure

PAIRS, NOON = 20, datetime(2026, 3, 2, 12)
POLICY = Policy(quiet_hours={"from": "00:00", "to": "00:00"})
# `sides` are the customers of each pair (or three): a, b, …; `later` whom one of them turns out to be, and when.
PEOPLE = """
create temp view people as select printf('c_%02d_%s', pair, who) as customer_id, pair, who from range({pairs}) as pairs (pair) cross join (select unnest({sides}) as who) as sides;
create temp view input_redirects as select customer_id as old_customer_id, if(who = '{later}', printf('c_%02d_a', pair), customer_id) as customer_id, if(who = '{later}', timestamp '{at}', null) as redirected_at, timestamp '2026-01-01' as created_at from people;
create temp view input_time_zones as select customer_id, null::varchar as time_zone from people;
create temp view input_suppressions as select 'email' as channel, 'email' as identifier_type, 'gone@example.com' as address, null::timestamp as suppressed_at;
create temp view input_segment_history as select customer_id, 'everybody' as segment, 'entered' as change, timestamp '2026-01-01' as occurred_at from people;
create temp view input_customers as select customer_id from people;
"""
# Of a query that says what who did when: customer_id, event_name, occurred_at.
EVENTS = """
create temp view input_events as
select customer_id || event_name as event_id, customer_id, event_name, occurred_at, occurred_at as loaded_at, 'made_up' as source, 'web' as channel,
    null as campaign, null as message_id, null as url, 9 as amount, 'EUR' as currency, '{{}}' as properties, false as is_machine
from ({did});
"""


@contextmanager
def ticked(company: str, scenarios: list[Scenario], moments: Iterable[datetime], policy: Policy = POLICY) -> Iterator[duckdb.DuckDBPyConnection]:
    """The company after ticks at these moments."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        ensure(connection)
        connection.execute(company)
        for moment in moments:
            tick(connection, scenarios, policy, moment)
        yield connection
