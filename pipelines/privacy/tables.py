"""Taking the subject out of the tables of a database that is open: the warehouse, or a published version.

Rows that are theirs go. What the rows of others say of them (an address in a note) is replaced by a mark, and the row stays.
"""

import duckdb

from pipelines.privacy.json_cut import cut_things
from pipelines.privacy.matching import condition, has_owner, holding
from pipelines.privacy.rewriting import judge
from pipelines.privacy.subject import tables_of
from pipelines.privacy.words import Words
from pipelines.sources.registry import presets

# The reading of a body knows how many events it held.
COUNTED = {"stg_esp__provider_events": "events_in_body", "stg_vk_leads__documents": "leads_in_document"}


def count(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many rows of each table are theirs; tables without any are left out."""
    found = {}
    for (schema, table), columns in _searched(connection).items():
        where = where_of(schema, table, columns)
        if where != "false" and (hits := connection.execute(f'select count(*) from "{schema}"."{table}" where {where}').fetchone()[0]):
            found[f"{schema}.{table}"] = hits
    return found


def remove(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Deletes in one transaction and returns the number of rows by table. The manifest counts what went, so that rows still add up."""
    tables, gone = _searched(connection), {}
    connection.execute("begin")
    try:
        if ("landing", "rewritten") in tables_of(connection):
            _book(connection, tables)
            _cut_shared(connection, tables)
        for (schema, table), columns in tables.items():
            if "other_customer_id" in columns and "event" in columns:  # what happened to somebody else's id stays told, without theirs
                connection.execute(
                    f'update "{schema}"."{table}" set other_customer_id = null, evidence = null where other_customer_id in (from subject.customers)'
                )
            where = where_of(schema, table, columns)
            if where != "false" and (rows := connection.execute(f'delete from "{schema}"."{table}" where {where}').fetchone()[0]):
                gone[f"{schema}.{table}"] = rows
        for name, counted in COUNTED.items():
            if ("staging", name) in tables:
                connection.execute(
                    f"update staging.{name} as body set {counted} = (select count(*) from staging.{name} as one where one._file_id = body._file_id and one._line = body._line)"
                    " where (_file_id, _line) in (from subject.shared_rows)"
                )
        _redact(connection, tables)
        # Relatives may hold a number alone now, and names are rarer: the next run looks at everybody, which it does where it knows of no run before.
        if "matching.people" in gone:
            connection.execute("delete from matching.state")
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    return gone


def _searched(connection: duckdb.DuckDBPyConnection) -> dict:
    return {
        name: columns for name, columns in tables_of(connection).items() if name not in (("landing", "rewritten"), ("landing", "files"), ("landing", "seen"))
    }


def where_of(schema: str, table: str, columns: dict[str, str], source: str | None = None, row: str = "rowid") -> str:
    source = source or f'"{schema}"."{table}"'
    where = condition(schema, columns, table, source, row)
    if "other_customer_id" in columns and "event" not in columns:
        where += " or other_customer_id in (from subject.customers)"
    if schema not in ("seeds", "landing") and not schema.startswith("raw_") and not has_owner(columns):
        found = holding([name for name, kind in columns.items() if kind == "VARCHAR"], "vanished", source, row)
        where += f" or {found}" if found else ""
    return where


def _book(connection: duckdb.DuckDBPyConnection, tables: dict) -> None:
    """What will go is taken off the counts of its file and counted as erased."""
    for (schema, table), columns in tables.items():
        file, line, counter = ("_file_id", "_line", "rows_loaded") if schema.startswith("raw_") else ("file_id", "line", "rows_quarantined")
        if not (schema.startswith("raw_") or (schema, table) == ("landing", "quarantine")) or file not in columns:
            continue
        source = f"and source = '{schema[4:]}' and table_name = '{table}'" if schema.startswith("raw_") else ""
        connection.execute(f"""
            update landing.files set {counter} = {counter} - going.rows, rows_erased = coalesce(rows_erased, 0) + going.rows
            from (select {file} as file_id, count(*) as rows from "{schema}"."{table}" where ({file}, {line}) in (from subject.rows) group by all) as going
            where landing.files.file_id = going.file_id {source}""")


def _cut_shared(connection: duckdb.DuckDBPyConnection, tables: dict) -> None:
    """Bodies, pages and rows that hold others too keep what is theirs."""
    is_doomed, shared = judge(connection), "(_file_id, _line) in (from subject.shared_rows)"
    for source, table in [(preset.name, table) for preset in presets().values() for table in preset.tables]:
        raw, staged = (f"raw_{source}", table.name), ("staging", f"stg_{source}__{table.name}")
        if table.format == "delimited":
            for name in (raw, staged):
                _blank_cells(connection, name, [cell for cell in table.columns if tables.get(name, {}).get(cell) == "VARCHAR"])
        elif raw in tables:
            name = f'"{raw[0]}"."{raw[1]}"'
            for file, line, payload in connection.execute(f"select _file_id, _line, payload from {name} where {shared}").fetchall():
                connection.execute(f"update {name} set payload = ? where _file_id = ? and _line = ?", [cut_things(payload, is_doomed)[0], file, line])


def _blank_cells(connection: duckdb.DuckDBPyConnection, name: tuple[str, str], cells: list[str]) -> None:
    if cells:
        said = "(select lower(text) from subject.needles union select lower(text) from subject.texts)"
        blanked = ", ".join(f'"{cell}" = case when lower(trim("{cell}")) not in {said} then "{cell}" end' for cell in cells)
        connection.execute(f'update "{name[0]}"."{name[1]}" set {blanked} where (_file_id, _line) in (from subject.shared_rows)')


def _redact(connection: duckdb.DuckDBPyConnection, tables: dict) -> None:
    Words(connection).register(connection)
    for (schema, table), columns in tables.items():
        cells = [f'"{name}"' for name, kind in columns.items() if kind == "VARCHAR"]
        if not cells or schema in ("seeds", "landing"):
            continue
        shown = f"names_them(concat_ws(chr(10), {', '.join(cells)}))"
        if connection.execute(f'create or replace temp table shown as select rowid as row from "{schema}"."{table}" where {shown}').fetchone()[0]:
            sets = ", ".join(f"{cell} = without_them({cell})" for cell in cells)
            connection.execute(f'update "{schema}"."{table}" set {sets} where rowid in (select row from shown)')
