"""The attempt journal: one append-only file per batch, outside DuckDB, so that a message costs a `write` and not a transaction.

    <data>/communications/journal/<batch>.jsonl
    {"line": "B", …}   the batch: channel, mode, provider
    {"line": "A", …}   about to be handed over
    {"line": "S" …}    what came of it: S accepted, D deferred, F failed, U unknown, N nothing, since it was a dry run

A line is written before the next thing happens, so a killed process loses none; fsync every 50 lines bounds what a power cut takes.
`A` without an answer means that nobody knows whether the provider has it: `unknown`. The writer holds a lock on its file, which ends
with the process: so the journal of a dead one is known without clocks. The files hold no address, and are the ledger of
`communications.attempts`: a lost warehouse gets its attempts back from them.
"""

import errno
import fcntl
import json
import os
from datetime import UTC, datetime
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipelines.files import is_held
from pipelines.sending.channel import Result
from pipelines.settings import settings

SYNC_EVERY = 50
ANSWERS = {"S": "accepted", "D": "deferred", "F": "failed", "U": "unknown", "N": "dry_run"}
LETTERS = {outcome: letter for letter, outcome in ANSWERS.items()}

LOAD = """
insert into communications.attempts by name

with

lines as (

    select * from read_json($files, format = 'newline_delimited', ignore_errors = true, columns = {
        line: 'varchar', batch: 'varchar', channel: 'varchar', mode: 'varchar', provider: 'varchar', message_id: 'varchar', attempt: 'integer',
        told_at: 'timestamp', code: 'varchar', diagnostic: 'varchar', provider_message_id: 'varchar'
    })

),

batches as (

    select batch, channel, mode, provider from lines where line = 'B'

),

attempts as (

    select
        message_id,
        attempt,
        batch,
        min(told_at) as started_at,
        max(told_at) filter (line <> 'A') as finished_at,
        coalesce(max($answers[line]) filter (line <> 'A'), 'unknown') as outcome,
        max(code) as code,
        max(diagnostic) as diagnostic,
        max(provider_message_id) as provider_message_id
    from lines
    where line <> 'B' and message_id is not null and attempt is not null
    group by message_id, attempt, batch

)

select attempts.*, batches.channel, batches.mode, batches.provider
from attempts
inner join batches on attempts.batch = batches.batch
where not exists (
    select 1 from communications.attempts as known
    where known.message_id = attempts.message_id and known.attempt = attempts.attempt
)
"""


class Journal:
    """The journal of one batch, open for as long as this process works at it."""

    def __init__(self, batch: str, channel: str, mode: str, provider: str):
        self.batch = batch
        path = folder() / f"{batch}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        self._file = os.open(draft, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_TRUNC, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        OPEN.add(self)
        self._unsynced, self._is_broken = 0, False
        self._write(line="B", channel=channel, mode=mode, provider=provider)
        os.rename(draft, path)  # locked from the first moment that anyone can see it

    def handing_over(self, message_id: str, attempt: int) -> None:
        self._write(line="A", message_id=message_id, attempt=attempt)

    def answered(self, message_id: str, attempt: int, result: Result) -> None:
        told = {"code": result.code, "diagnostic": result.diagnostic, "provider_message_id": result.provider_message_id}
        self._write(line=LETTERS[result.outcome], message_id=message_id, attempt=attempt, **{key: value for key, value in told.items() if value})

    def nothing_sent(self, message_id: str, attempt: int) -> None:
        self._write(line="N", message_id=message_id, attempt=attempt)

    def close(self) -> None:
        OPEN.discard(self)
        os.fsync(self._file)
        os.close(self._file)

    def _write(self, **line: object) -> None:
        text = json.dumps(line | {"batch": self.batch, "told_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"}, ensure_ascii=True)
        if self._is_broken:
            raise OSError(errno.EIO, "the journal could not be written: nothing more is sent")
        self._is_broken = True  # a line after a torn one would be lost
        if os.write(self._file, (whole := f"{text}\n".encode())) != len(whole):
            raise OSError(errno.ENOSPC, "the journal's disk is full: nothing more is sent")
        self._is_broken = False
        self._unsynced += 1
        if self._unsynced >= SYNC_EVERY:
            os.fsync(self._file)
            self._unsynced = 0


OPEN: set[Journal] = set()


def _let_go() -> None:
    """A forked child would keep its parent's locks beyond the parent's death."""
    while OPEN:
        os.close(OPEN.pop()._file)


os.register_at_fork(after_in_child=_let_go)


def folder() -> Path:
    return settings().data / "communications" / "journal"


def is_live(batch: str) -> bool:
    """Whether the process that works at this batch is still there."""
    return bool(is_held(folder() / f"{batch}.jsonl"))


def load(connection: DuckDBPyConnection) -> int:
    """Brings every journal that is finished, or whose process is dead, into `communications.attempts`. Returns how many attempts came in; again gives none."""
    known = {row[0] for row in connection.execute("select distinct batch from communications.attempts").fetchall()}
    files = [str(path) for path in sorted(folder().glob("*.jsonl")) if path.stem not in known and not is_live(path.stem)]
    if not files:
        return 0
    # DuckDB cannot take a map as a parameter of an index, so it is written out: the letters are ours.
    answers = "map {" + ", ".join(f"'{letter}': '{outcome}'" for letter, outcome in ANSWERS.items()) + "}"
    return connection.execute(LOAD.replace("$answers", answers), {"files": files}).fetchall()[0][0]
