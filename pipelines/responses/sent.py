"""What the sender did, as lines of the source `responses`: what was sent, to whom, and what was refused at once.

One file per batch, whose content follows from the batch: writing it again, after a kill or a lost warehouse, gives content that the landing
knows. Trial runs leave no trace here, since nobody got anything.
"""

from duckdb import DuckDBPyConnection

from pipelines.files import put, quoted
from pipelines.responses.segments import folder
from pipelines.sources.inbox import list_files

LINES = """
select
    'sent:' || attempts.message_id || ':' || attempts.attempt as event_id,
    case attempts.outcome when 'accepted' then 'sent' else 'failed' end as kind,
    strftime(coalesce(attempts.finished_at, attempts.started_at), '%Y-%m-%dT%H:%M:%S.%fZ') as occurred_at,
    attempts.message_id, attempts.channel, attempts.provider, attempts.provider_message_id, outbox.identifier_type, outbox.address,
    outbox.scenario as campaign, outbox.step, outbox.purpose, attempts.outcome, attempts.code, attempts.diagnostic, attempts.attempt
from communications.attempts as attempts
inner join communications.outbox as outbox on attempts.message_id = outbox.message_id
where attempts.batch = '{batch}' and attempts.mode = 'live'
order by attempts.message_id, attempts.attempt
"""


def write_sent(connection: DuckDBPyConnection) -> int:
    """Writes the files of batches that have none yet. Returns how many."""
    known, written = names(connection), 0
    for (batch,) in connection.execute("select distinct batch from communications.attempts where mode = 'live' order by batch").fetchall():
        path = folder() / f"sent_{batch}.jsonl"
        if path.name in known or path.exists():
            continue
        folder().mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.draft")
        connection.execute(f"copy ({LINES.format(batch=batch)}) to '{quoted(draft)}' (format json)")
        draft.chmod(0o600)
        put(draft, path)
        written += 1
    return written


def names(connection: DuckDBPyConnection) -> set[str]:
    """Files that lie in the inbox, or were landed from it and may be gone."""
    found = {file.name for file in list_files() if file.source == "responses"}
    if connection.execute("select count(*) from duckdb_tables() where schema_name = 'landing' and table_name = 'files'").fetchone()[0]:
        landed = connection.execute("select file_name from landing.files where source = 'responses'").fetchall()
        found |= {row[0] for row in landed}
    return found
