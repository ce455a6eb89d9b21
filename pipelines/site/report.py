"""The sections of the data-quality page, asked of a warehouse and made ready to be shown. What they are is in `contents`.

A section whose tables are not there is left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from pipelines.site.contents import SECTIONS


@dataclass(frozen=True)
class Column:
    title: str
    is_number: bool


@dataclass(frozen=True)
class Line:
    """A trend, drawn in a box of LINE_BOX; `lowest` and `highest` are what its ends of the scale stand for."""

    title: str
    points: str
    lowest: str
    highest: str


@dataclass(frozen=True)
class Shown:
    """A section ready for the page. `rows` pair each cell with its column; `bars` are widths in percent."""

    name: str
    title: str
    explanation: str
    columns: list[Column]
    rows: list[list[tuple[str, Column]]]
    bars: list[int]
    lines: list[Line]


RIGHT_ALIGNED = (int, float, Decimal)


def sections(connection: duckdb.DuckDBPyConnection, language: str) -> Iterator[Shown]:
    """The sections whose tables exist, in order."""
    for section in SECTIONS:
        try:
            rows = connection.execute(section.query).fetchall()
        except duckdb.CatalogException:
            continue
        columns = [Column(title, any(isinstance(row[index], RIGHT_ALIGNED) for row in rows)) for index, title in enumerate(section.headers[language])]
        shown = [[(text(cell, language), column) for cell, column in zip(row, columns, strict=True)] for row in rows]
        yield Shown(
            section.name,
            section.title[language],
            section.explanation[language],
            columns,
            shown,
            bars(rows, section.bar),
            list(lines(rows, section.lines, columns)),
        )


def bars(rows: list[tuple], index: int | None) -> list[int]:
    if index is None or not rows:
        return []
    highest = max(float(row[index] or 0) for row in rows) or 1
    return [round(100 * float(row[index] or 0) / highest) for row in rows]


LINE_BOX = (300, 48)
# A scale no finer than this, so that noise is not drawn as a mountain.
LEAST_SCALE = 0.02


def lines(rows: list[tuple], indexes: tuple[int, ...], columns: list[Column]) -> Iterator[Line]:
    """The trends of a section, the oldest row left; none where there are not two values yet."""
    width, height = LINE_BOX
    for index in indexes:
        values = [float(row[index]) for row in reversed(rows) if row[index] is not None]
        if len(values) < 2:
            continue
        middle, reach = (min(values) + max(values)) / 2, max(max(values) - min(values), LEAST_SCALE) / 2
        points = (
            f"{place * width / (len(values) - 1):.1f},{height / 2 - (value - middle) / reach * (height / 2 - 2):.1f}" for place, value in enumerate(values)
        )
        yield Line(columns[index].title, " ".join(points), f"{middle - reach:.3f}", f"{middle + reach:.3f}")


INTERVAL = re.compile(r"[0-9]\.[0-9]+–[0-9]\.[0-9]+")


def text(cell: object, language: str = "en") -> str:
    """A cell for people: thousands apart by a thin space, a whole number without its fraction, nothing for null; in Russian with a decimal comma."""
    if cell is None:
        return ""
    if isinstance(cell, RIGHT_ALIGNED) and not isinstance(cell, bool):
        number = int(cell) if cell == int(cell) else cell
        return _decimal(f"{number:,}".replace(",", "\u202f"), language)
    return _decimal(cell, language) if isinstance(cell, str) and INTERVAL.fullmatch(cell) else str(cell)


def _decimal(number: str, language: str) -> str:
    return number.replace(".", ",") if language == "ru" else number
