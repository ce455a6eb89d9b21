"""Erasing people: `plan` gathers what is theirs and writes nothing, `carry_out` takes it out of every place and leaves a proof.

Every step may be done twice. What was gathered stays in `<data>/privacy/unfinished` until the proof is written, so an erasure that was killed
is finished by the next one, or by `svod privacy erase` alone.
"""

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pipelines import pseudonymise
from pipelines.files import replace_text
from pipelines.privacy import cleaning, compact, proofs, requests, rewriting, searching, subject, tables, tombstones
from pipelines.privacy.finding import Person
from pipelines.privacy.places import files
from pipelines.privacy.words import Words
from pipelines.publish import alone
from pipelines.redaction import Told
from pipelines.settings import settings
from pipelines.sources import manifest
from pipelines.warehouse import connect


class NotErased(Told):
    """Why nothing was erased, and what to do."""


@dataclass(frozen=True)
class Order:
    """What is to be done, for whom it was asked, and what was found before. No personal data: those are in the subject's database."""

    references: list[str]
    asked_by: str
    started_at: str
    purpose: str = "erasure"
    records: int = 0
    customers: int = 0
    unrecorded: int = 0  # visitors and subscribers of whom there is no record
    before: dict[str, int] = field(default_factory=dict)


def under_way() -> Path:
    return tombstones.folder() / "unfinished"


def unfinished() -> Order | None:
    """The order that a killed erasure left half done."""
    path = under_way() / "order.json"
    return Order(**json.loads(path.read_text())) if path.exists() else None


@contextmanager
def only_here() -> Iterator[None]:
    """No run and no other erasure at the same time: the lock is the one that runs hold."""
    settings().data.mkdir(parents=True, exist_ok=True)
    with (settings().data / ".run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotErased("A run is at work on this data folder: wait until it ends, then erase") from None
        yield


def plan(asked: list[tuple[str, Person]], asked_by: str) -> Order:
    """Gathers what belongs to these people, each with the reference of their request, and counts it place by place."""
    path = under_way() / "subject.duckdb"
    subject.create(path)
    with connect() as connection:
        manifest.create_tables(connection)
        connection.execute(f"attach '{path}' as subject")
        requests.ask(connection, asked)
        subject.gather(connection)
        requests.bury(connection)
        pseudonymise.register(connection)
        subject.add_pseudonyms(connection)
        found = connection.execute(
            "select (select count(*) from subject.records where contains(record_id, ':')), (select count(*) from identity.customers where customer_id in (from subject.customers))"
        ).fetchone()
    unrecorded = len({person for _, person in asked if not person.records})
    references = list(dict.fromkeys(reference for reference, _ in asked))
    return Order(references, asked_by, f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}", "erasure", *found, unrecorded, searching.search(path))


def carry_out(order: Order) -> Path:
    """All steps, in an order in which a death between any two loses nothing. Returns the proof."""
    path = under_way() / "subject.duckdb"
    begin(order)
    with connect() as connection:
        connection.execute(f"attach '{path}' as subject")
        if order.purpose == "erasure":
            tombstones.write(connection, datetime.fromisoformat(order.started_at))
        rewriting.clean_inbox(connection)
        tables.remove(connection)
    compact.rewrite(settings().warehouse)
    _clean_files(path)
    after = searching.search(path)
    proof = proofs.write(order, after)
    shutil.rmtree(under_way())
    return proof


def begin(order: Order) -> None:
    """From here on the order is finished, whatever happens."""
    replace_text(under_way() / "order.json", json.dumps(asdict(order)))


def give_up() -> None:
    """Forgets what `plan` gathered; for an order that nobody confirmed."""
    shutil.rmtree(under_way(), ignore_errors=True)


def _clean_files(path: Path) -> None:
    with alone(), connect(Path(":memory:")) as connection:
        connection.execute(f"attach '{path}' as subject (read_only)")
        words = Words(connection)
        for place, file in files():
            if place.kind == "scratch":
                cleaning.scratch(file)
            elif place.kind == "parquet":
                cleaning.parquet(connection, file, words, write=True)
            elif place.kind == "database" and file != settings().warehouse.resolve():
                _clean_database(file, path)
            elif place.kind == "sqlite" and cleaning.hits(file, words):
                cleaning.sqlite(file, words)
            elif place.kind == "text" and cleaning.is_text(file) and cleaning.hits(file, words):
                cleaning.text(file, words)


def _clean_database(file: Path, path: Path) -> None:
    """Only files that hold something are written anew. Readers that have the old file open keep it until they close it."""
    with connect(file, read_only=True) as connection:
        connection.execute(f"attach '{path}' as subject (read_only)")
        if not tables.count(connection) and not cleaning.hits(file, Words(connection)):
            return
    draft = file.with_name(f".{file.name}.erasing")
    shutil.copyfile(file, draft)
    draft.chmod(file.stat().st_mode & 0o777)
    with connect(draft) as connection:
        connection.execute(f"attach '{path}' as subject (read_only)")
        gone = tables.remove(connection)
    compact.rewrite(draft)
    _recount(file, gone)
    draft.replace(file)


def _recount(file: Path, gone: dict[str, int]) -> None:
    """What the version says of its rows follows."""
    role, _, name = file.stem.partition("_")
    for told in (file.parent / f"version_{name}.json", file.parent / "current.json") if role == "full" else ():
        version = json.loads(told.read_text()) if told.exists() else {}
        if version.get("full") == file.name:
            rows = {table: count - gone.get(table, 0) for table, count in version["rows"].items()}
            replace_text(told, json.dumps(version | {"rows": rows}, indent=2))
