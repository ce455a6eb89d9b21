"""Messages called back within the tick: an exit or the goal came true after they were due and before they might be released."""

from duckdb import DuckDBPyConnection

from pipelines.campaigns.engine.requests import RECALLS
from pipelines.campaigns.engine.sql import SINCE, TICK_AT, with_heir

QUEUED = f"""
create or replace temp table queued as
{with_heir(f"select * from communications.outbox where release_at > {SINCE} and message_id not in (select message_id from communications.cancellations)")}
"""
RECALLED = f"""
insert into communications.cancellations by name
select message_id, recalled_at as cancelled_at, 'exited' as reason, {TICK_AT} as tick_at from ({RECALLS.format(messages="queued")})
"""


def recall(connection: DuckDBPyConnection) -> None:
    """Cancels what is queued for those who left or reached the goal meanwhile."""
    connection.execute(QUEUED)
    connection.execute(RECALLED)
