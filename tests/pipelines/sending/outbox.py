"""What tests of the sender share: an outbox of made-up messages, parts that render them, and what servers took."""

import hashlib
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from pipelines.campaigns.tables import SCHEMA, TABLES
from pipelines.sending.channel import Content
from pipelines.sending.channels.smtp import Smtp
from pipelines.sending.run import Parts
from pipelines.warehouse import connect

COLUMNS = "message_id, entry_id, scenario, version, step, visit, customer_id, channel, identifier_type, address, template, purpose, priority, locale, due_at, release_at, expires_at, is_phantom, tick_at"


def now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def message_id(number: int) -> str:
    return hashlib.md5(f"message {number}".encode(), usedforsecurity=False).hexdigest()


def fill(count: int, *, purpose: str = "marketing", channel: str = "email", release_at: datetime | None = None, expires_at: datetime | None = None,
         first: int = 0, addresses: dict[int, str] | None = None, is_phantom: bool = False) -> list[str]:  # fmt: skip
    """Adds this many messages to the outbox; returns their ids."""
    release_at = release_at or now() - timedelta(hours=1)
    rows = [
        (message_id(n), f"e{n}", "welcome", 1, "hello", 1, f"c{n}", channel, "email", (addresses or {}).get(n, f"person{n}@example.com"), "hello", purpose, 50,
         "ru", release_at, release_at, expires_at or now() + timedelta(hours=5), is_phantom, release_at)
        for n in range(first, first + count)
    ]  # fmt: skip
    with connect() as connection:
        connection.execute(f"create schema if not exists {SCHEMA}")
        for name in ("outbox", "cancellations", "attempts"):
            connection.execute(f"create table if not exists {SCHEMA}.{name} ({TABLES[name]})")
        if rows:
            added = pa.table(dict(zip(COLUMNS.split(", "), zip(*rows, strict=True), strict=True)))  # noqa: F841
            connection.execute(f"insert into communications.outbox ({COLUMNS}) select {COLUMNS} from added")
    return [row[0] for row in rows]


def told(query: str) -> list[tuple]:
    with connect() as connection:
        return connection.execute(query).fetchall()


def outcomes() -> dict[str, int]:
    return dict(told("select outcome, count(*) from communications.attempts group by all"))


def cancelled() -> dict[str, int]:
    return dict(told("select reason, count(*) from communications.cancellations group by all"))


def taken(file: Path) -> Counter[str]:
    """How often the recording server accepted each message."""
    return Counter(file.read_text().split()) if file.exists() else Counter()


def written(rows: list[dict]) -> list[Content]:
    return [Content(subject=f"Привет, {row['customer_id']}", html=f"<p>Здравствуйте! {row['message_id']}</p>", text="Здравствуйте!") for row in rows]


def parts(**others) -> Parts:
    given = {
        "render": written,
        "links": lambda row: {"unsubscribe_url": f"https://answers.example.com/u/{row['message_id']}"},
        "token": lambda kind, message_id: f"{kind[0]}{message_id[:20]}",
        "withdrawn": lambda *_: None,
        "channels": {"email": lambda pace, parts: Smtp(pace, parts.token)},
    }
    return Parts(**given | others)
