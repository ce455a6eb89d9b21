"""What a claimed message may speak of: the customer as of now, the event that the pass began with, and what a webhook says."""

from duckdb import DuckDBPyConnection

from pipelines import pseudonymise

# The event that a pass began with, as far as a message may speak of it.
EVENT = """
select entries.entry_id, timeline.event_id, timeline.event_name, timeline.occurred_at, timeline.source, timeline.channel, timeline.campaign, told.url,
    timeline.amount, timeline.currency, timeline.properties
from claimed
inner join communications.entries as entries on claimed.entry_id = entries.entry_id
inner join marts.customer_timeline as timeline on entries.event_id = timeline.event_id
left join intermediate.int_events as told on entries.event_id = told.event_id
"""
# What a step that tells another system says: which members of what, as in the version that the pass began with.
PAYLOAD = """
select scenario, version, step ->> '$.id' as step, step -> '$.webhook.payload' as payload
from (select scenario, version, unnest(from_json(definition -> '$.steps', '["json"]')) as step from communications.scenarios)
where json_exists(step, '$.webhook.payload')
"""


def with_context(connection: DuckDBPyConnection, channel: str) -> str:
    """The query of the `$size` claimable rows whose turn it is, as they go into the batch file."""
    there = {row[0] for row in connection.execute("select table_schema || '.' || table_name from information_schema.tables").fetchall()}
    parts, joins = {"customer": "null", "event": "null"}, ""
    if "marts.customer_360" in there:
        parts["customer"] = "customers"
        joins += " left join marts.customer_360 as customers on claimed.customer_id = customers.customer_id"
    if {"communications.entries", "marts.customer_timeline", "intermediate.int_events"} <= there:
        parts["event"] = "events"
        joins += f" left join ({EVENT}) as events on claimed.entry_id = events.entry_id"
    if channel == "webhook" and "communications.scenarios" in there:
        pseudonymise.register(connection)
        parts |= {"pseudonym": "pseudonym(claimed.customer_id)", "payload": "payload"}
        joins += (
            f" left join ({PAYLOAD}) as payloads on (claimed.scenario, claimed.version, claimed.step) = (payloads.scenario, payloads.version, payloads.step)"
        )
    return f"""
        with claimed as (
            select outbox.*, next.attempt, next.tries
            from (select message_id, attempt, tries from claimable where claimable_at <= $now order by priority desc, release_at, message_id limit $size) as next
            inner join communications.outbox as outbox using (message_id)
        )
        select claimed.*, {", ".join(f"{part} as {name}" for name, part in parts.items())}
        from claimed {joins} order by priority desc, release_at, claimed.message_id
    """
