"""A delimited text file as Arrow batches: DuckDB reads it with an explicit dialect, everything as text.

`records` has counted before what DuckDB must find. A file with lines that do not fit is read from a copy without them;
any other is read where it lies.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.sources import dialect as dialects
from pipelines.sources import encoding as encodings
from pipelines.sources.dialect import Dialect
from pipelines.sources.headers import Header
from pipelines.sources.preset import Table
from pipelines.sources.records import BadRow, Splitter, blocks
from pipelines.sources.report import FileReport, Refusal

CHUNK = 8 << 20
BATCH = 50_000


@dataclass
class LineNumbers:
    """The line of each good record, in order; runs of consecutive lines cost nothing."""

    runs: deque[np.ndarray | range] = field(default_factory=deque)

    def add(self, lines: np.ndarray, first: int) -> None:
        consecutive = len(lines) and lines[-1] - lines[0] == len(lines) - 1
        self.runs.append(range(first + int(lines[0]), first + int(lines[-1]) + 1) if consecutive else lines + first)

    def take(self, count: int) -> np.ndarray:
        """The next `count` lines."""
        taken = []
        while count:
            run = self.runs.popleft()
            taken.append(np.asarray(run[:count], np.int64))
            if len(run) > count:
                self.runs.appendleft(run[count:])
            count -= len(taken[-1])
        return np.concatenate(taken) if taken else np.empty(0, np.int64)


@dataclass
class Scanned:
    """What a look at every record found."""

    path: Path  # to be read by DuckDB
    has_header: bool
    rows: int
    lines: LineNumbers
    bad: list[BadRow]


def open_delimited(path: Path, report: FileReport, tables: list[Table], folder: Path, sheet_rows: list[int] | None = None) -> tuple[Table, Iterator[pa.RecordBatch]]:
    """The table a file belongs to and its rows. What is wrong with the file is in the report before the first row."""
    report.encoding = report.encoding or encodings.detect(path)
    path = _as_utf8(path, report.encoding, folder)
    dialect = dialects.find(path, tables)
    report.delimiter, report.header, report.table_name = dialect.delimiter, dialect.header.names, dialect.header.table.name
    scanned = scan(path, dialect, folder / "clean.csv")
    if scanned.bad and not scanned.rows:
        raise Refusal(f"none of the {len(scanned.bad)} rows fits the header: the first has {scanned.bad[0].reason}", "look at the delimiter and the quotes of the file, and export it again")
    report.bad_rows, report.rows_loaded = scanned.bad, scanned.rows
    if sheet_rows is not None:
        scanned.lines = LineNumbers(deque([np.array(sheet_rows[-scanned.rows :] if scanned.rows else [], np.int64)]))
    return dialect.header.table, _batches(scanned, dialect)


def scan(path: Path, dialect: Dialect, copy: Path) -> Scanned:
    """Every record judged; a copy of the good ones if the file cannot be read as it is."""
    splitter = Splitter(ord(dialect.delimiter), len(dialect.header.cells), dialect.ending)
    result = Scanned(path, dialect.is_plain, 0, LineNumbers(), [])
    line, place, out = dialect.line, dialect.start, None
    for block in blocks(splitter, _chunks(path, dialect.start)):
        if out is None and (block.good is not None or not dialect.is_plain):
            out = copy.open("wb")
            _copy_range(path, dialect.start, place, out)
            result.path, result.has_header = copy, False
        if out is not None:
            out.write(block.good if block.good is not None else _read_range(path, place, block.size))
        result.rows += len(block.lines)
        if len(block.lines):
            result.lines.add(block.lines, line)
        result.bad += [BadRow(line + row.line, row.reason, row.remedy, row.raw) for row in block.bad]
        line, place = line + block.line_count, place + block.size
    if out is not None:
        out.close()
    return result


def _batches(scanned: Scanned, dialect: Dialect) -> Iterator[pa.RecordBatch]:
    """The rows as DuckDB reads them; it must find exactly those that were counted."""
    if not scanned.rows:
        return
    found = 0
    with duckdb.connect(config={"threads": 2}) as connection:
        for batch in connection.sql(_query(scanned, dialect)).to_arrow_reader(BATCH):
            found += batch.num_rows
            if found > scanned.rows:
                break
            yield batch.append_column("_line", pa.array(scanned.lines.take(batch.num_rows)))
    if found != scanned.rows:
        raise Refusal(f"the file's {scanned.rows} records were read as {found} rows", "keep the file and report this: the two readers disagree")


def _query(scanned: Scanned, dialect: Dialect) -> str:
    """`new_line` is left out on purpose: given, DuckDB 2.0 finds no row in a file with CRLF."""
    columns = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(len(dialect.header.cells)))
    options = f"""auto_detect = false, columns = {{{columns}}}, delim = '{dialect.delimiter}', quote = '"', escape = '"'"""""
    name = str(scanned.path).replace("'", "''")
    return f"select {_selected(dialect.header)} from read_csv('{name}', {options}, header = {scanned.has_header}, null_padding = false, strict_mode = true, compression = 'none')"


def _selected(header: Header) -> str:
    known = [f"c{header.columns[column]} as {column}" if column in header.columns else f"cast(null as varchar) as {column}" for column in header.table.columns]
    return ", ".join([*known, f"{_extra(header)} as _extra"])


def _extra(header: Header) -> str:
    """The columns the preset does not know as one JSON object without its empty ones."""
    if not header.extra:
        return "cast(null as varchar)"
    pairs = ", ".join(f"'{slug}', c{position}" for slug, position in header.extra.items())
    return f"nullif(cast(json_merge_patch('{{}}', json_object({pairs})) as varchar), '{{}}')"


def _as_utf8(path: Path, encoding: str, folder: Path) -> Path:
    """The file itself if DuckDB can read it, else a copy in UTF-8 with line feeds."""
    with path.open("rb") as stream:
        head = stream.read(dialects.HEAD)
    if encoding in ("utf-8", "utf-8-sig") and (b"\n" in head or b"\r" not in head):
        return path
    copy = encodings.to_utf8(path, encoding, folder / "utf8.csv")
    with copy.open("rb") as stream:
        head = stream.read(dialects.HEAD)
    if b"\n" in head or b"\r" not in head:
        return copy
    target = folder / "lines.csv"  # line ends of an old Mac
    with copy.open("rb") as stream, target.open("wb") as out:
        while chunk := stream.read(CHUNK):
            out.write(chunk.replace(b"\r", b"\n"))
    return target


def _chunks(path: Path, start: int) -> Iterator[bytes]:
    with path.open("rb") as stream:
        stream.seek(start)
        while chunk := stream.read(CHUNK):
            yield chunk


def _read_range(path: Path, start: int, size: int) -> bytes:
    with path.open("rb") as stream:
        stream.seek(start)
        data = stream.read(size)
    return data if data.endswith(b"\n") else data + b"\n"


def _copy_range(path: Path, start: int, end: int, out) -> None:
    with path.open("rb") as stream:
        stream.seek(start)
        while start < end and (chunk := stream.read(min(CHUNK, end - start))):
            out.write(chunk)
            start += len(chunk)
