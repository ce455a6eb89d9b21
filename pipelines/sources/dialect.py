"""The dialect of a delimited file: encoding, delimiter, line ending and the line its header stands in.

The delimiter is the one under which a header of the source is found, so a title above it or a re-saved file does no harm.
"""

import codecs
import csv
from dataclasses import dataclass
from pathlib import Path

from pipelines.sources import headers
from pipelines.sources.headers import Header
from pipelines.sources.preset import Table
from pipelines.sources.report import Refusal

DELIMITERS = (",", ";", "\t", "|")
HEAD = 1 << 18  # bytes in which the header must stand
HEADER_WITHIN = 15  # lines


@dataclass(frozen=True)
class Dialect:
    """How to read one file, already in UTF-8."""

    delimiter: str
    ending: bytes
    header: Header
    start: int  # byte of the first line below the header
    line: int  # number of that line, counted from one
    above: int  # records above the header


@dataclass(frozen=True)
class HeaderLine:
    """One record near the top of the file, as a header candidate."""

    cells: tuple[str, ...]
    end: int  # byte after it
    next_line: int


def find(path: Path, tables: list[Table]) -> Dialect:
    """The dialect under which the file's header fits one of the tables, best first."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    mark = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
    head = head[mark:]
    if not head.strip(b"\r\n\t \x00"):
        raise Refusal("the file is empty", "export it again")
    found = [dialect for table in tables for delimiter in DELIMITERS if (dialect := _under(head, delimiter, table, mark))]
    if found:
        return max(found, key=lambda dialect: (len(dialect.header.columns), dialect.delimiter == dialect.header.table.delimiter))
    raise headers.no_match(tables, guess(head)[1])


def guess(head: bytes) -> tuple[str, tuple[str, ...]]:
    """The likeliest delimiter and header of a file that fits no table: the one that cuts the top into the most cells, evenly."""
    ranked = {delimiter: _top(head, delimiter) for delimiter in DELIMITERS}
    delimiter = max(
        DELIMITERS,
        key=lambda name: max(
            (min(len(line.cells), len(below.cells)) for line, below in zip(ranked[name], ranked[name][1:] or ranked[name], strict=False)), default=0
        ),
    )
    lines = ranked[delimiter]
    widest = max((len(line.cells) for line in lines), default=0)
    return delimiter, next((line.cells for line in lines if len(line.cells) == widest), ())


def _under(head: bytes, delimiter: str, table: Table, mark: int) -> Dialect | None:
    for above, line in enumerate(_top(head, delimiter)):
        if header := headers.match(table, line.cells):
            ending = b"\r\n" if head[: line.end].endswith(b"\r\n") else b"\n"
            return Dialect(delimiter, ending, header, line.end + mark, line.next_line, above)
    return None


def _top(head: bytes, delimiter: str) -> list[HeaderLine]:
    """The records of the first lines. A quoted header cell may hold a line break."""
    lines = [line + b"\n" for line in head.split(b"\n")[: HEADER_WITHIN + 1]]
    reader = csv.reader((line.decode("utf-8", "replace") for line in lines), delimiter=delimiter)
    found = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                end = sum(len(line) for line in lines[: reader.line_num])
                found.append(HeaderLine(tuple(cells), min(end, len(head)), reader.line_num + 1))
    except csv.Error:
        pass  # what came before it may still hold the header
    return found
