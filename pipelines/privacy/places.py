"""Every place of the installation where a person can be, in one table: what is there, and what takes a person out of it.

Whatever lies below `<data>` belongs to the first row whose pattern fits. A file that no row knows is searched all the same, and told in the proof.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.publish import dbt_target
from pipelines.settings import PROJECT, settings


@dataclass(frozen=True)
class Place:
    name: str
    kind: str  # which machine cleans it: database, parquet, sqlite, text, scratch, inbox, kept
    patterns: tuple[str, ...]  # below <data>


PLACES = (
    Place("scratch of exports to people", "scratch", ("privacy/scratch/**/*",)),
    Place("privacy: keys, tombstones, proofs", "kept", ("privacy/*", "privacy/**/*", "pseudonym.key", "responses.key", "*.lock", "**/.*.lock")),
    Place("work of the landing and of dlt", "scratch", ("landing/**/*", "check-*/**/*", "identity/spill/**/*", "published/.build/**/*", ".dlt/**/*")),
    Place("inbox", "inbox", ("inbox/**/*",)),
    Place("warehouse", "database", ("warehouse.duckdb",)),
    Place("published versions", "database", ("published/*.duckdb",)),
    Place("other databases", "database", ("**/*.duckdb",)),
    Place("ledgers and other Parquet files", "parquet", ("**/*.parquet",)),
    Place("records of Dagster", "sqlite", ("**/*.db", "**/*.sqlite")),
    Place("logs, reports, exports", "text", ("**/*",)),
)
TEXT_SUFFIXES = {".log", ".txt", ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".html", ".md", ".yml", ".yaml", ".sql", ".xml", ".err", ".out", ".eml", ""}


def files() -> Iterator[tuple[Place, Path]]:
    """Every file with its place; links are followed to nothing, since what they point to is a file of its own."""
    data = settings().data.resolve()
    seen: set[Path] = set()
    for root in dict.fromkeys((data, dbt_target(), inbox() or data)):
        for path in sorted(root.rglob("*")) if root.exists() else ():
            if path.is_file() and not path.is_symlink() and path not in seen:
                seen.add(path)
                yield _place(path, data), path
    for path in outside():
        yield PLACES[-1], path


def outside() -> list[Path]:
    """What lies beside the data: stewards' decisions, lists of people kept by hand, the documentation site at its usual place."""
    site, seeds = PROJECT / "site", PROJECT / "seeds"
    found = [seeds / "identity_overrides.csv", seeds / "static_lists.csv", *(path for path in site.rglob("*") if path.is_file())]
    return [path for path in found if path.exists()]


def inbox() -> Path | None:
    """The folder of the exports; none if they lie on another machine, where they are written anew but not searched."""
    path = Path(settings().inbox_url.removeprefix("file://")).resolve()
    return path if path.is_dir() else None


def _place(path: Path, data: Path) -> Place:
    if (root := inbox()) and path.is_relative_to(root):
        return next(place for place in PLACES if place.kind == "inbox")
    relative = path.relative_to(data) if path.is_relative_to(data) else Path(path.name)
    return next(place for place in PLACES if any(relative.match(pattern) or _below(relative, pattern) for pattern in place.patterns))


def _below(relative: Path, pattern: str) -> bool:
    """`folder/**/*` for any depth: Path.match of Python 3.11 takes `**` for one level."""
    first, _, rest = pattern.partition("/**/")
    if not rest:
        return pattern == "**/*"
    return (relative.parts[0] == first or first == "**" or (first.endswith("*") and relative.parts[0].startswith(first[:-1]))) and Path(relative.name).match(
        rest
    )
