"""Claiming: which messages go out now, written to a batch file in one short transaction; then the database is let go.

A message is free if nobody has it in hand and nothing has settled it. Nobody has to write down that it is claimed: the batch file says
so for as long as the journal beside it is locked by a live process. What a dead one left is brought in from its journal at the next claim,
and what it had not begun is free again. Claims follow one another under a lock, so two senders never get the same message.
"""

import fcntl
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from pipelines.campaigns.tables import SCHEMA, TABLES
from pipelines.files import put, quoted
from pipelines.sending import journal
from pipelines.sending.channel import THROTTLED, UNWRITTEN
from pipelines.sending.context import with_context
from pipelines.sending.settings import Mode
from pipelines.settings import settings
from pipelines.warehouse import connect

WAREHOUSE_PATIENCE = 600  # seconds that a claim waits for a warehouse that another process has open
LONGEST_BACKOFF = 3600
MENDING = 60  # seconds at least before a message is tried again whose template is broken
EXPIRED = """
insert into communications.cancellations by name
select message_id, $now::timestamp as cancelled_at, 'expired' as reason, $now::timestamp as tick_at
from communications.outbox
where
    not is_phantom and expires_at <= $now
    and message_id not in (select message_id from communications.cancellations)
    and message_id not in (select message_id from communications.attempts where outcome <> 'deferred')
    and message_id not in (select message_id from in_hand)
"""

# What a trial run did counts for further trial runs only: a message that went nowhere, or to the test address, still goes to its recipient.
CLAIMABLE = """
create or replace temp table claimable as

with

tried as (

    select * from communications.attempts
    where message_id in (select message_id from communications.outbox where channel = $channel and expires_at > $now)

),

attempts as (

    select
        message_id,
        count(*) filter (mode in ('live', $mode) and (code is null or not list_contains($throttled, code) and code <> $unwritten)) as tries,
        count(*) filter (mode in ('live', $mode) and code = $unwritten) as unwritten,
        arg_max(coalesce(code, ''), attempt) filter (mode in ('live', $mode)) = $unwritten as waits_for_template,
        arg_max(outcome, attempt) filter (mode in ('live', $mode)) as outcome,
        arg_max(coalesce(finished_at, started_at), attempt) filter (mode in ('live', $mode)) as tried_at,
        min(coalesce(finished_at, started_at)) filter (mode in ('live', $mode) and outcome = 'unknown') as doubted_at,
        max(attempt) as attempt
    from tried
    group by message_id

),

free as (

    select
        outbox.message_id,
        outbox.customer_id,
        outbox.priority,
        outbox.release_at,
        coalesce(attempts.attempt, 0) + 1 as attempt,
        coalesce(attempts.tries, 0) as tries,
        coalesce(attempts.waits_for_template, false) as waits_for_template,
        case
            when attempts.waits_for_template then
                attempts.tried_at + to_seconds(least(greatest($backoff, $mending) * pow(2, attempts.unwritten - 1), $longest))
            when attempts.outcome in ('deferred', 'unknown') then
                attempts.tried_at + to_seconds(least($backoff * pow(2, greatest(attempts.tries, 1) - 1), $longest))
            else outbox.release_at
        end as claimable_at
    from communications.outbox as outbox
    left join attempts on outbox.message_id = attempts.message_id
    where
        outbox.channel = $channel
        and not outbox.is_phantom
        and outbox.release_at <= $now
        and outbox.expires_at > $now
        and outbox.message_id not in (select message_id from communications.cancellations)
        and outbox.message_id not in (select message_id from in_hand)
        and outbox.message_id not in (select message_id from not_now)
        and coalesce(attempts.tries, 0) < $attempts
        and coalesce(attempts.outcome, 'deferred') in ('deferred', 'unknown')
        -- At most once for marketing, at least once for what the customer waits for, unless the provider still knows what it may have taken.
        and (
            outbox.purpose = 'transactional' or attempts.doubted_at is null
            or attempts.doubted_at + to_seconds($idempotency_hours * 3600) > $now
        )

)

select * from free
"""


@dataclass(frozen=True)
class Batch:
    """Messages of one channel that this process, and no other, may send. A row is a line of the batch file: the outbox, `attempt`, `tries`, `customer`, `event`; of webhooks also `pseudonym`, `payload`."""

    name: str
    channel: str
    mode: Mode
    rows: list[dict]
    journal: journal.Journal


# What cancels the messages that may no longer go, and puts into the table `not_now` those that have to wait: of the customers in the named table
# (column `customer_id`), or of all.
Withdrawn = Callable[[DuckDBPyConnection, datetime, str | None], None]


@dataclass(frozen=True)
class Terms:
    """On what terms a channel's messages are claimed."""

    channel: str
    mode: Mode
    provider: str
    size: int
    attempts: int
    backoff: float
    idempotency_hours: int = 0


def claim(
    terms: Terms, withdrawn: Withdrawn, now: datetime | None = None, *, is_first: bool = True, ends: Callable[[], bool] = lambda: False
) -> tuple[Batch | None, datetime | None]:
    """The next batch, or None and when the first message that was put off is due again. `withdrawn` cancels what may no longer go out: of all that
    waits at the first claim of a run, and later of whose turn it is.
    """
    now = now or datetime.now(UTC).replace(tzinfo=None)
    with _claims_one_by_one(), _warehouse(ends) as connection:
        connection.execute("begin")
        stale = bring_in(connection)
        connection.execute("create or replace temp table not_now (message_id varchar)")  # `withdrawn` fills it
        connection.execute(EXPIRED, {"now": now})
        if is_first:
            withdrawn(connection, now, None)
        parameters = vars(terms) | {"now": now, "longest": LONGEST_BACKOFF, "throttled": list(THROTTLED), "unwritten": UNWRITTEN, "mending": MENDING}
        connection.execute(CLAIMABLE, {key: value for key, value in parameters.items() if key not in ("provider", "size")})
        if not is_first:
            _ask_of_the_next(connection, terms.size, withdrawn, now)
        name, draft = _next(connection, terms.channel), None
        # A run reads each template once, so it does not stay for one to be mended.
        looked = "select count(*) filter (claimable_at <= $now), min(claimable_at) filter (not waits_for_template) from claimable"
        count, due = connection.execute(looked, {"now": now}).fetchone()
        if count:
            draft = batches() / f"{name}.draft"
            connection.execute(f"copy ({with_context(connection, terms.channel)}) to '{quoted(draft)}' (format json)", {"now": now, "size": terms.size})
        connection.execute("commit")
        for path in stale:
            path.unlink()
        if not draft:
            return None, due
        rows = [json.loads(line) for line in draft.read_text().splitlines()]
        writer = journal.Journal(name, terms.channel, terms.mode, terms.provider)
        put(draft, batches() / f"{name}.jsonl")
        return Batch(name, terms.channel, terms.mode, rows, writer), None


def _ask_of_the_next(connection: DuckDBPyConnection, size: int, withdrawn: Withdrawn, now: datetime) -> None:
    """Leaves of `claimable`, of what is due, only what has been asked of and may go: as many as a batch takes, if there are so many."""
    connection.execute("create or replace temp table asked (message_id varchar)")
    good, wanted = 0, size
    while good < size:
        (count,) = connection.execute(
            """create or replace temp table candidates as select message_id, customer_id from claimable where claimable_at <= $now and message_id not in (from asked)
               order by priority desc, release_at, message_id limit $wanted""", {"now": now, "wanted": wanted},
        ).fetchone()  # fmt: skip
        if not count:
            break
        withdrawn(connection, now, "candidates")
        connection.execute("insert into asked select message_id from candidates")
        connection.execute("delete from claimable where message_id in (from not_now) or message_id in (select message_id from communications.cancellations)")
        (good,) = connection.execute("select count(*) from claimable semi join asked using (message_id)").fetchone()
        wanted *= 4
    connection.execute("delete from claimable where claimable_at <= $now and message_id not in (from asked)", {"now": now})


def settle(brought_in: Callable[[DuckDBPyConnection], object] = lambda _: None) -> None:
    """Brings what was sent into the warehouse, at the end of a run, so that nobody has to wait for the next claim; then calls `brought_in`."""
    with _claims_one_by_one(), _warehouse() as connection:
        connection.execute("begin")
        stale = bring_in(connection)
        connection.execute("commit")
        brought_in(connection)
        for path in stale:
            path.unlink()


def bring_in(connection: DuckDBPyConnection) -> list[Path]:
    """Loads the journals of finished and dead batches and makes the table `in_hand` of the others' messages. Returns the batch files that are done with."""
    ensure(connection)
    batches().mkdir(parents=True, exist_ok=True)
    for draft in batches().glob("*.draft"):
        draft.unlink()  # of a claim that was killed
    files = sorted(batches().glob("*.jsonl"))
    live = [str(path) for path in files if journal.is_live(path.stem)]
    journal.load(connection)
    connection.execute("create or replace temp table in_hand (message_id varchar)")
    if live:
        connection.execute(
            "insert into in_hand select message_id from read_json($live, format = 'newline_delimited', columns = {message_id: 'varchar'})", {"live": live}
        )
    return [path for path in files if str(path) not in live]


def batches() -> Path:
    return settings().data / "communications" / "batches"


def ensure(connection: DuckDBPyConnection) -> None:
    connection.execute(f"create schema if not exists {SCHEMA}")
    for name in ("outbox", "cancellations", "attempts"):
        connection.execute(f"create table if not exists {SCHEMA}.{name} ({TABLES[name]})")


def _next(connection: DuckDBPyConnection, channel: str) -> str:
    """Batches are numbered; a number is never used again, also where a journal or the warehouse was lost."""
    told = connection.execute("select distinct batch from communications.attempts").fetchall()
    names = [*(name for (name,) in told), *(path.stem for path in journal.folder().glob("*.jsonl")), *(path.stem for path in batches().glob("*.jsonl"))]
    return f"{max((int(name.partition('-')[0]) for name in names), default=0) + 1:06d}-{channel}"


@contextmanager
def _claims_one_by_one() -> Iterator[None]:
    path = settings().data / "communications" / ".claim.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _warehouse(ends: Callable[[], bool] = lambda: False) -> Iterator[DuckDBPyConnection]:
    """The warehouse, as soon as no other process has it open: runs and readers of the working file hold it for a step at a time."""
    deadline = time.monotonic() + WAREHOUSE_PATIENCE
    while True:
        opened = connect()
        try:
            connection = opened.__enter__()
            break
        except duckdb.IOException as error:
            if "lock" not in str(error).lower() or time.monotonic() > deadline or ends():
                raise
            time.sleep(0.2)
    try:
        yield connection
    finally:
        opened.__exit__(None, None, None)
