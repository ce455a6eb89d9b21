"""How much of the subject every place holds: the preview, and both sides of the proof."""

from pathlib import Path

import duckdb

from pipelines.privacy import cleaning, tables
from pipelines.privacy.places import Place, files, inbox
from pipelines.privacy.words import Words
from pipelines.settings import settings
from pipelines.warehouse import connect


def search(subject: Path) -> dict[str, int]:
    """Hits by place, places without any included: rows of tables that are theirs, and words that name them in the bytes of every file."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{subject}' as subject (read_only)")
        words = Words(connection)
        found: dict[str, int] = {}
        for place, path in files():
            if place.kind != "kept":
                name = _told(place, path)
                found[name] = found.get(name, 0) + _hits(connection, subject, place, path, words)
    return found


def _hits(connection: duckdb.DuckDBPyConnection, subject: Path, place: Place, path: Path, words: Words) -> int:
    named = cleaning.hits(path, words)
    if place.kind == "database":
        with connect(path, read_only=True) as database:
            database.execute(f"attach '{subject}' as subject (read_only)")
            return max(named, sum(tables.count(database).values()))
    return max(named, cleaning.parquet(connection, path, words, write=False) if place.kind == "parquet" else 0)


def _told(place: Place, path: Path) -> str:
    """A place by a name that says nothing of anybody: people name exports after people."""
    data = settings().data.resolve()
    if place.kind == "inbox":
        folders = path.relative_to(inbox() or path.parents[1]).parts[:-1]
        return "/".join(("inbox", *folders[:1]))
    return str(path.relative_to(data)) if place.kind in ("database", "parquet", "sqlite") and path.is_relative_to(data) else place.name
