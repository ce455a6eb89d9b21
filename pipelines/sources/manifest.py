"""The tables that remember what was landed, and the raw tables themselves. Everything here is SQL in the warehouse.

`landing.files` and `landing.quarantine` are for models and people. `landing.seen` spares unchanged files their reading,
`landing.started` tells a landing that was killed from one that ended.
"""

import hashlib
import json
from datetime import datetime

import duckdb
import pyarrow as pa

from pipelines.sources.inbox import InboxFile
from pipelines.sources.preset import Preset, Table
from pipelines.sources.registry import presets
from pipelines.sources.report import FileReport

FILES = "file_id varchar, source varchar, table_name varchar, file_name varchar, file_size bigint, modified_at timestamp, exported_at timestamp, encoding varchar, delimiter varchar, header varchar, rows_read bigint, rows_loaded bigint, rows_quarantined bigint, status varchar, reason varchar, remedy varchar, landed_at timestamp, load_id varchar, rows_erased bigint default 0"
QUARANTINE = (
    "file_id varchar, source varchar, table_name varchar, file_name varchar, line bigint, reason varchar, remedy varchar, raw varchar, landed_at timestamp"
)
SEEN = "source varchar, file_name varchar, file_size bigint, modified_at timestamp, file_id varchar, is_refused boolean, rules varchar"
STARTED = "source varchar, started_at timestamp"
# Content of the inbox that an erasure wrote: which landed file it was, and which of its records are no longer in it, or only the others' part of them.
REWRITTEN = "source varchar, content_id varchar, file_id varchar, line bigint, is_shared boolean default false"
LINEAGE = {"_extra": "varchar", "_file_id": "varchar", "_file_name": "varchar", "_exported_at": "timestamp", "_line": "bigint", "_dlt_load_id": "varchar"}


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Every table of every preset, empty if it is new; a column a preset has gained is added."""
    connection.execute("create schema if not exists landing")
    for name, columns in (("files", FILES), ("quarantine", QUARANTINE), ("seen", SEEN), ("started", STARTED), ("rewritten", REWRITTEN)):
        connection.execute(f"create table if not exists landing.{name} ({columns})")
    connection.execute("alter table landing.files add column if not exists rows_erased bigint default 0")
    connection.execute("alter table landing.rewritten add column if not exists is_shared boolean default false")
    existing: dict[tuple[str, str], set[str]] = {}
    for schema, table, column in connection.execute(
        "select table_schema, table_name, column_name from information_schema.columns where table_schema like 'raw%'"
    ).fetchall():
        existing.setdefault((schema, table), set()).add(column)
    for preset in presets().values():
        for table in preset.tables:
            _create_raw(connection, preset, table, existing.get((f"raw_{preset.name}", table.name)))


def raw_columns(table: Table) -> dict[str, str]:
    content = dict.fromkeys(table.columns, "varchar") if table.format == "delimited" else {"payload": "varchar"}
    return content | LINEAGE


def _create_raw(connection: duckdb.DuckDBPyConnection, preset: Preset, table: Table, existing: set[str] | None) -> None:
    columns = raw_columns(table)
    if existing is None:
        connection.execute(f'create schema if not exists "raw_{preset.name}"')
        definitions = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection.execute(f'create table "raw_{preset.name}"."{table.name}" ({definitions})')
        return
    for name in columns.keys() - existing:
        connection.execute(f'alter table "raw_{preset.name}"."{table.name}" add column "{name}" {columns[name]}')


def rules(source: str) -> str:
    """Changes when the source's preset does: then refused files get another chance."""
    known = presets().get(source)
    return hashlib.md5(repr(known or list(presets())).encode()).hexdigest()


def unseen(connection: duckdb.DuckDBPyConnection, files: list[InboxFile]) -> list[InboxFile]:
    """Files whose name, size and time are new, and refused ones whose rules have changed."""
    rows = connection.execute("select source, file_name, file_size, modified_at, is_refused, rules from landing.seen").fetchall()
    seen = {row[:4]: row[4:] for row in rows}
    current = {file.source: rules(file.source) for file in files}

    def is_known(file: InboxFile) -> bool:
        known = seen.get((file.source, file.name, file.size, file.modified_at))
        return known is not None and (not known[0] or known[1] == current[file.source])

    return [file for file in files if not is_known(file)]


def loaded_ids(connection: duckdb.DuckDBPyConnection, source: str) -> set[str]:
    """Content that is in, as it came or as an erasure left it."""
    query = (
        "select file_id from landing.files where source = $source and status = 'loaded' union select content_id from landing.rewritten where source = $source"
    )
    return {row[0] for row in connection.execute(query, {"source": source}).fetchall()}


def start(connection: duckdb.DuckDBPyConnection, source: str, run_at: datetime) -> None:
    connection.execute("insert into landing.started values (?, ?)", [source, run_at])


def undo_unfinished(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Removes the rows that a killed landing left in the raw tables; the names of the sources concerned."""
    sources = [row[0] for row in connection.execute("select distinct source from landing.started").fetchall()]
    for source in sources:
        tables = presets()[source].tables if source in presets() else ()
        connection.execute("begin")
        for table in tables:
            connection.execute(
                f'delete from "raw_{source}"."{table.name}" where _file_id not in (select file_id from landing.files where source = ? and status = \'loaded\')',
                [source],
            )
        connection.execute("delete from landing.started where source = ?", [source])
        connection.execute("commit")
    return sources


def finish(connection: duckdb.DuckDBPyConnection, source: str, reports: list[FileReport], load_id: str | None, run_at: datetime) -> None:
    """All that is to be remembered of one source's files, in one transaction."""
    connection.execute("begin")
    try:
        _remove_refused(connection, source, reports)
        _insert(connection, "files", [_file_row(report, load_id, run_at) for report in reports if report.file_id and report.status != "duplicate"])
        _insert(connection, "quarantine", [_quarantine_row(report, bad, run_at) for report in reports for bad in report.bad_rows])
        _insert(connection, "seen", [_seen_row(report) for report in reports if report.file_id])
        connection.execute("delete from landing.started where source = ?", [source])
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def unbalanced(connection: duckdb.DuckDBPyConnection, source: str, file_ids: list[str] | None = None) -> list[tuple[str, str, int, int]]:
    """Files whose rows in the raw table are not as many as were loaded: (table, file_id, loaded, found)."""
    found = []
    for table in presets()[source].tables:
        query = f"""
            with counted as (select _file_id as file_id, count(*) as row_count from "raw_{source}"."{table.name}" group by all),
            expected as (select file_id, rows_loaded from landing.files where source = ? and table_name = ? and status = 'loaded')
            select '{table.name}', coalesce(expected.file_id, counted.file_id), coalesce(rows_loaded, 0), coalesce(row_count, 0)
            from expected full join counted on expected.file_id = counted.file_id
            where coalesce(rows_loaded, 0) <> coalesce(row_count, 0)
        """
        found += connection.execute(query, [source, table.name]).fetchall()
    return [row for row in found if file_ids is None or row[1] in file_ids]


def _remove_refused(connection: duckdb.DuckDBPyConnection, source: str, reports: list[FileReport]) -> None:
    """A file that broke in the middle leaves nothing behind; an earlier refusal of the same content is replaced."""
    for report in reports:
        if report.file_id is None or report.status == "duplicate":
            continue
        if report.status == "refused" and report.table_name and source in presets():
            connection.execute(f'delete from "raw_{source}"."{report.table_name}" where _file_id = ?', [report.file_id])
        connection.execute("delete from landing.files where source = ? and file_id = ?", [source, report.file_id])
    for report in reports:
        connection.execute("delete from landing.seen where source = ? and file_name = ?", [source, report.file_name])


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict]) -> None:
    if rows:
        connection.register("arrived", pa.Table.from_pylist(rows, schema=_schema(connection, table)))
        connection.execute(f"insert into landing.{table} by name select * from arrived")
        connection.unregister("arrived")


def _schema(connection: duckdb.DuckDBPyConnection, table: str) -> pa.Schema:
    return connection.sql(f"select * from landing.{table} limit 0").to_arrow_table().schema


def _file_row(report: FileReport, load_id: str | None, run_at: datetime) -> dict:
    names = (
        "file_id",
        "source",
        "table_name",
        "file_name",
        "file_size",
        "modified_at",
        "exported_at",
        "encoding",
        "delimiter",
        "rows_read",
        "rows_loaded",
        "rows_quarantined",
        "status",
        "reason",
        "remedy",
    )
    row = {name: getattr(report, name) for name in names}
    return row | {
        "header": json.dumps(report.header, ensure_ascii=False) if report.header else None,
        "landed_at": run_at,
        "load_id": load_id if report.rows_loaded else None,
    }


def _quarantine_row(report: FileReport, bad, run_at: datetime) -> dict:
    names = ("file_id", "source", "table_name", "file_name")
    return {name: getattr(report, name) for name in names} | vars(bad) | {"landed_at": run_at}


def _seen_row(report: FileReport) -> dict:
    names = ("source", "file_name", "file_size", "modified_at", "file_id")
    return {name: getattr(report, name) for name in names} | {"is_refused": report.status == "refused", "rules": rules(report.source)}
