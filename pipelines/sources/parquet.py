"""Parquet as Arrow batches: each row as one JSON text, or as text columns if the table has columns."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.files import quoted
from pipelines.sources import headers
from pipelines.sources.delimited import renamed_sql
from pipelines.sources.preset import Table
from pipelines.sources.report import FileReport, Refusal

BATCH = 20_000
DAMAGED = ("the Parquet file is cut off or damaged", "copy or export it again")


def open_parquet(path: Path, report: FileReport, tables: list[Table]) -> tuple[Table, Iterator[pa.RecordBatch]]:
    """The table a file belongs to and its rows."""
    file = f"read_parquet('{quoted(path)}')"
    columns, report.encoding = parquet_columns(path), "parquet"
    for table in tables:
        if table.format == "json":
            report.table_name = table.name
            return table, _rows(f"select cast(to_json(t) as varchar) as payload from {file} as t", report)
    found = [header for table in tables if (header := headers.match(table, columns))]
    if not found:
        raise headers.no_match(tables, columns)
    header = max(found, key=lambda header: len(header.columns))
    report.table_name, report.header = header.table.name, header.names
    texts = ", ".join(f"cast({_quoted(column)} as varchar) as c{position}" for position, column in enumerate(columns))
    return header.table, _rows(f"select {renamed_sql(header)} from (select {texts} from {file})", report)


def parquet_columns(path: Path) -> tuple[str, ...]:
    """The names of a file's columns."""
    with duckdb.connect() as connection:
        try:
            return tuple(row[0] for row in connection.execute(f"describe select * from read_parquet('{quoted(path)}')").fetchall())
        except duckdb.Error as error:
            raise Refusal(*DAMAGED) from error


def _rows(query: str, report: FileReport) -> Iterator[pa.RecordBatch]:
    with duckdb.connect(config={"threads": 2}) as connection:
        try:
            for batch in connection.sql(query).to_arrow_reader(BATCH):
                first = report.rows_loaded + 1
                report.rows_loaded += batch.num_rows
                yield batch.append_column("_line", pa.array(range(first, first + batch.num_rows), pa.int64()))
        except duckdb.Error as error:
            raise Refusal(*DAMAGED) from error


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
