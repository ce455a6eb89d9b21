"""A delimited text file as Arrow batches, everything as text, block by block in one pass.

`records` judges every record and counts; pyarrow then reads the cells of the good ones, which is three times as fast as
DuckDB's reader into Arrow and cannot lose its way in them: they are well-formed and of one width. The counts must agree.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
from pyarrow import csv

from pipelines.sources import dialect as dialects
from pipelines.sources import encoding as encodings
from pipelines.sources.dialect import Dialect
from pipelines.sources.headers import Header
from pipelines.sources.preset import Table
from pipelines.sources.records import Block, Splitter, blocks
from pipelines.sources.report import BadRow, FileReport, Refusal

CHUNK = 1 << 20


@dataclass
class Delimited:
    """A file whose dialect is known, ready to be read once."""

    path: Path  # in UTF-8
    dialect: Dialect
    report: FileReport
    sheet_rows: list[int] | None = None  # of a workbook: the sheet's row number of each record

    @property
    def table(self) -> Table:
        return self.dialect.header.table

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows. Counts and bad rows are complete in the report after the last one."""
        line = self.dialect.line
        for block in blocks(self._splitter(), _chunks(self.path, self.dialect.start)):
            self.report.bad_rows += [BadRow(self._line(line + row.line), row.reason, row.remedy, row.raw) for row in block.bad]
            if len(block.lines):
                self.report.rows_loaded += len(block.lines)
                yield self._batch(block, line)
            line += block.line_count
        if self.report.bad_rows and not self.report.rows_loaded:
            bad = self.report.bad_rows
            raise Refusal(
                f"none of the {len(bad)} rows fits the header; the first: {bad[0].reason}",
                "look at the delimiter and the quotes of the file, and export it again",
            )

    def _batch(self, block: Block, first: int) -> pa.RecordBatch:
        names = [f"c{position}" for position in range(len(self.dialect.header.cells))]
        read = csv.ReadOptions(column_names=names, block_size=len(block.good) + 1, use_threads=False)
        parse = csv.ParseOptions(delimiter=self.dialect.delimiter, newlines_in_values=True)
        convert = csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), null_values=[""], strings_can_be_null=True, check_utf8=False)
        cells = csv.read_csv(pa.py_buffer(block.good), read, parse, convert)
        if cells.num_rows != len(block.lines):
            raise Refusal(f"{len(block.lines)} records were read as {cells.num_rows} rows", "report this with the file's kind: two readers disagree about it")
        lines = pa.array([self._line(first + int(line)) for line in block.lines] if self.sheet_rows else block.lines + first, pa.int64())
        return _renamed(cells, self.dialect.header).append_column("_line", lines).combine_chunks().to_batches()[0]

    def _line(self, line: int) -> int:
        return self.sheet_rows[line - self.dialect.line] if self.sheet_rows else line

    def _splitter(self) -> Splitter:
        return Splitter(ord(self.dialect.delimiter), len(self.dialect.header.cells), self.dialect.ending)


def open_delimited(path: Path, report: FileReport, tables: list[Table], folder: Path) -> Delimited:
    """The dialect of a file and its table; what it is stands in the report from here on."""
    report.encoding = encodings.detect(path)
    path = _as_utf8(path, report.encoding, folder)
    dialect = dialects.find(path, tables)
    report.delimiter, report.header, report.table_name = dialect.delimiter, dialect.header.names, dialect.header.table.name
    if dialect.above:
        report.reason = f"the header ends in line {dialect.line - 1}; what stands above it was passed over"
    return Delimited(path, dialect, report)


def renamed_sql(header: Header) -> str:
    """What to select from columns `c0`, `c1`, … to have the raw table's."""
    known = [f"c{header.columns[column]} as {column}" if column in header.columns else f"cast(null as varchar) as {column}" for column in header.table.columns]
    return ", ".join([*known, f"{_extra_sql(header)} as _extra"])


def _renamed(cells: pa.Table, header: Header) -> pa.Table:
    """The raw table's columns: known ones under their names, absent ones empty, unknown ones together in `_extra`."""
    empty = pa.nulls(cells.num_rows, pa.string())
    columns = {column: cells[f"c{header.columns[column]}"] if column in header.columns else empty for column in header.table.columns}
    return pa.table(columns | {"_extra": _extra(cells, header) if header.extra else empty})


def _extra(cells: pa.Table, header: Header) -> pa.ChunkedArray:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("cells", cells)
        return connection.sql(f"select {_extra_sql(header)} as _extra from cells").to_arrow_table()["_extra"]


def _extra_sql(header: Header) -> str:
    """The columns the preset does not know as one JSON object, without its empty ones."""
    if not header.extra:
        return "cast(null as varchar)"
    pairs = ", ".join(f"'{slug}', c{position}" for slug, position in header.extra.items())
    return f"nullif(cast(json_merge_patch('{{}}', json_object({pairs})) as varchar), '{{}}')"


def _as_utf8(path: Path, encoding: str, folder: Path) -> Path:
    """The file itself if it is UTF-8 with line feeds, else such a copy."""
    if encoding not in ("utf-8", "utf-8-sig"):
        path = encodings.to_utf8(path, encoding, folder / "utf8.csv")
    with path.open("rb") as stream:
        head = stream.read(dialects.HEAD)
    if b"\n" in head or b"\r" not in head:
        return path
    target = folder / "lines.csv"  # an old Mac's line ends
    with path.open("rb") as stream, target.open("wb") as out:
        while chunk := stream.read(CHUNK):
            out.write(chunk.replace(b"\r", b"\n"))
    return target


def _chunks(path: Path, start: int) -> Iterator[bytes]:
    with path.open("rb") as stream:
        stream.seek(start)
        while chunk := stream.read(CHUNK):
            yield chunk
