"""What people said since the last publication, before it is in the profile: whoever does not want more gets nothing of what is queued.

The sender asks at each claim. Files that are not landed are read where they are, landed ones in their raw tables, until a run that landed them
has been published: from then on the marts know, and a newer consent may count again.
"""

from pathlib import Path

from duckdb import DuckDBPyConnection

from pipelines.files import quoted
from pipelines.publish import current
from pipelines.responses.delivery import is_ours
from pipelines.responses.segments import folder
from pipelines.sources import manifest
from pipelines.sources.inbox import list_files

KINDS = ("unsubscribed", "resubscribed", "complained")
COLUMNS = ("kind", "occurred_at", "message_id", "channel", "address", "scope", "method")
LINES = "lines"

# Webhook bodies say it in their provider's words; addresses are theirs, and lower case is what they have in common.
PROVIDERS = {
    "sendgrid": (
        "case when json_type(body) = 'ARRAY' then json_extract(body, '$[*]') else [body] end",
        "$.event",
        "('unsubscribe', 'group_unsubscribe', 'spamreport')",
        "to_timestamp(try_cast(thing ->> '$.timestamp' as bigint))::timestamp",
    ),
    "unisender": (
        "json_extract(body, '$.events_by_user[*].events[*].event_data')",
        "$.status",
        "('unsubscribed', 'spam')",
        "try_cast(thing ->> '$.event_time' as timestamp)",
    ),
}

STOPPED = """
with

told as (

    select distinct
        outbox.customer_id,
        lower(coalesce(heard.address, outbox.address)) as address,
        coalesce(nullif(split_part(heard.scope, '/', 2), ''), heard.channel, outbox.channel) as channel
    from heard
    left join communications.outbox as outbox on heard.message_id = outbox.message_id
    -- "It was a mistake" takes back what the same link said before, and nothing else.
    where heard.kind <> 'resubscribed' and not exists (
        select 1 from heard as undo
        where undo.kind = 'resubscribed' and heard.kind = 'unsubscribed' and heard.method in ('one_click', 'page')
            and undo.message_id = heard.message_id and undo.scope = heard.scope and undo.occurred_at > heard.occurred_at
    )

)

select distinct outbox.message_id
from communications.outbox as outbox
inner join told
    on told.channel in (outbox.channel, 'all')
    -- A withdrawal is the person's, whichever address it came from.
    and (lower(outbox.address) = told.address or outbox.customer_id = told.customer_id)
where not outbox.is_phantom and outbox.purpose <> 'transactional'
"""


def stopped_messages(connection: DuckDBPyConnection) -> list[str]:
    """The planned messages of those who said that they want no more."""
    connection.execute(
        "create or replace temp table heard (kind varchar, occurred_at timestamp, message_id varchar, channel varchar, address varchar, scope varchar, method varchar)"
    )
    for kind, query in _bodies(connection).items():
        connection.execute(f"insert into heard by name {_said(query, kind)}")
    return [row[0] for row in connection.execute(STOPPED).fetchall()]


def _bodies(connection: DuckDBPyConnection) -> dict[str, str]:
    """Per kind a query for `body`, a JSON text per line, of everything that the marts do not know yet."""
    there = {row[0] for row in connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()}
    published = current()
    since = f"and landed_at > timestamp '{published.run_at}'" if published else ""
    unread = [file for file in list_files() if is_ours(file.source, file.name) and file.is_plain]
    if "landing.seen" in there:
        unread = manifest.unseen(connection, unread)
    paths = [*folder().glob("*.jsonl"), *(Path(file.path) for file in unread)]
    found: dict[str, list[str]] = {kind: [] for kind in (LINES, *PROVIDERS)}
    for path in paths:
        kind = path.name.partition("_")[0]
        # A line that is just being written is left for the next time.
        found[kind if kind in PROVIDERS else LINES].append(
            f"select json as body from read_json_objects('{quoted(path)}', format = 'newline_delimited', ignore_errors = true)"
        )
    for kind, queries in found.items():
        table = "raw_responses.lines" if kind == LINES else f"raw_esp.{kind}_events"
        if table in there:
            landed = f"select file_id from landing.files where status = 'loaded' {since}"
            queries.append(f"select try_cast(payload as json) as body from {table} where _file_id in ({landed})")
    return {kind: " union all ".join(queries) for kind, queries in found.items() if queries}


def _said(query: str, kind: str) -> str:
    if kind == LINES:
        read = ", ".join(f"body ->> '$.{name}' as {name}" for name in COLUMNS)
        return f"select * replace (try_cast(occurred_at as timestamp) as occurred_at) from (select {read} from ({query})) where kind in {KINDS}"
    things, event, stops, moment = PROVIDERS[kind]
    return f"""select 'unsubscribed' as kind, {moment} as occurred_at, 'email' as channel, thing ->> '$.email' as address
        from (select unnest({things}) as thing from ({query})) where lower(thing ->> '{event}') in {stops}"""
