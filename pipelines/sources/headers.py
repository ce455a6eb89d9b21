"""Which table a header belongs to, and the raw column of each of its cells.

Slugs are made here, before dlt: its own naming turns every Cyrillic header into the same `x`.
"""

import fnmatch
import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from pipelines.sources.inbox import base_name
from pipelines.sources.preset import Preset, Table
from pipelines.sources.report import Refusal

LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "e",
            "zh",
            "z",
            "i",
            "y",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "kh",
            "ts",
            "ch",
            "sh",
            "shch",
            "",
            "y",
            "",
            "e",
            "yu",
            "ya",
            "i",
            "yi",
            "e",
            "g",
            "u",
        ],
        strict=True,
    )
)

UNSEEN = re.compile("[\x00\ufeff\u200b-\u200f\u2060]")


@dataclass(frozen=True)
class Header:
    """A header matched to a table."""

    table: Table
    cells: tuple[str, ...]  # as written
    slugs: tuple[str, ...]  # latin, unique
    columns: dict[str, int]  # raw column -> position

    @property
    def extra(self) -> dict[str, int]:
        known = set(self.columns.values())
        return {slug: position for position, slug in enumerate(self.slugs) if position not in known}

    @property
    def names(self) -> dict[str, str]:
        """Header as written -> raw column, or the slug within `_extra`."""
        columns = {position: column for column, position in self.columns.items()}
        written = unique(self.cells, " ({})")
        return {name: columns.get(position, self.slugs[position]) for position, name in enumerate(written)}


def slug(text: str) -> str:
    """Latin lower-case words joined by underscores; empty if nothing is left."""
    letters = "".join(LATIN.get(letter, letter) for letter in unicodedata.normalize("NFC", text).lower())
    ascii_only = unicodedata.normalize("NFKD", letters).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", ascii_only).strip("_")


def unique(names: tuple[str, ...], suffix: str = "__{}") -> tuple[str, ...]:
    """The same names, later ones numbered if they repeat."""
    taken: set[str] = set()
    result = []
    for name in names:
        candidate, number = name, 1
        while candidate in taken:
            number += 1
            candidate = name + suffix.format(number)
        taken.add(candidate)
        result.append(candidate)
    return tuple(result)


def fold(text: str) -> str:
    """How header spellings are compared: without case, quotes around, a byte order mark, what is not seen, or differences in white space."""
    return " ".join(UNSEEN.sub("", unicodedata.normalize("NFC", text)).strip().strip('"').split()).casefold()


def match(table: Table, cells: tuple[str, ...]) -> Header | None:
    """The header as this table sees it; None if a required column is missing."""
    header = _header(table, cells)
    return header if set(table.required) <= header.columns.keys() and header.columns else None


def candidates(preset: Preset, file_name: str, head: bytes) -> list[Table]:
    """Tables whose file patterns fit the name; if none does, those whose marks stand in the beginning of the file."""
    name = unicodedata.normalize("NFC", base_name(file_name)).lower()
    found = [table for table in preset.tables if any(fnmatch.fnmatch(name, pattern.lower()) for pattern in table.files)]
    found = found or [table for table in preset.tables if any(f'"{mark}"'.encode() in head for mark in table.marks)]
    if found:
        return found
    patterns = ", ".join(sorted({pattern for table in preset.tables for pattern in table.files}))
    raise Refusal(
        f"the file's name says nothing about its table: {preset.name} knows {patterns}",
        "rename the file so that it fits one of these, or take it out of the inbox",
    )


def no_match(tables: list[Table], cells: tuple[str, ...]) -> Refusal:
    """Why no table fits, told by the one that comes nearest."""
    nearest = max((_header(table, cells) for table in tables), key=lambda header: len(header.columns))
    table = nearest.table
    missing = [f"{column} ({' / '.join(table.columns[column][:2])})" for column in table.required if column not in nearest.columns]
    unknown = [cell for cell in cells if cell.strip() and cells.index(cell) not in nearest.columns.values()]
    reason = f"no header line of table {table.name} found: missing {', '.join(missing) or 'every column'}; unknown in the file: {', '.join(_shorten(cell) for cell in unknown[:8]) or 'none'}"
    return Refusal(reason, f"export these columns too, or add the file's spelling to {table.name} in the preset, or take the file out of the inbox")


def _header(table: Table, cells: tuple[str, ...]) -> Header:
    folded = [fold(cell) for cell in cells]
    columns: dict[str, int] = {}
    for column, spellings in table.columns.items():
        for spelling in _folded((column, *spellings)):
            position = next((index for index, cell in enumerate(folded) if cell == spelling and index not in columns.values()), None)
            if position is not None:
                columns[column] = position
                break
    slugs = unique(tuple(slug(cell) or f"column_{index + 1}" for index, cell in enumerate(cells)))
    return Header(table, cells, slugs, columns)


@cache
def _folded(spellings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(fold(spelling) for spelling in spellings)


def _shorten(cell: str) -> str:
    """A headerless file would put a person's data here: what looks like a value is not repeated."""
    cell = " ".join(cell.split())
    return "(looks like a value)" if "@" in cell or sum(letter.isdigit() for letter in cell) > 4 or len(cell) > 60 else cell
