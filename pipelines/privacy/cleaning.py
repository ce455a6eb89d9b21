"""Taking the subject out of files that are no table of the warehouse: Parquet, SQLite, text; and finding them in any file."""

import gzip
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import duckdb

from pipelines.files import put, quoted
from pipelines.privacy import tables
from pipelines.privacy.matching import columns_of, holding, says_whose
from pipelines.privacy.places import TEXT_SUFFIXES
from pipelines.privacy.words import Words
from pipelines.responses.segments import finished_within

STILL_WRITTEN = 90  # seconds; the collector ends a file after a minute
LINES = {".log", ".csv", ".tsv", ".jsonl", ".ndjson", ".txt"}


def parquet(connection: duckdb.DuckDBPyConnection, path: Path, words: Words, *, write: bool) -> int:
    """Rows that are theirs or name them as evidence; the file is written anew without them, and without their words in the rows of others."""
    source = f"read_parquet('{quoted(path)}')"
    columns = columns_of([row[:2] for row in connection.execute(f"describe select * from {source}").fetchall()])
    where = tables.where_of(path.parent.name, path.stem, columns, source, "file_row_number")
    other = "other_customer_id" in columns and "event" in columns
    theirs = f"({where})"
    if other or write:
        words.register(connection)
    if other:
        theirs += " or other_customer_id in (from subject.customers) or names_them(evidence)"
    cells = [name for name, kind in columns.items() if kind == "VARCHAR"]
    if says_whose(path.parent.name, columns):
        theirs += f" or {holding(cells, 'needles', source, 'file_row_number')}"
    hits = 0 if theirs == "(false)" else connection.execute(f"select count(*) from {source} where {theirs}").fetchone()[0]
    if hits and write:
        shown = {cell: f'without_them("{cell}")' for cell in cells}
        if other:
            shown |= {cell: f"if(other_customer_id in (from subject.customers), null, {shown[cell]})" for cell in ("other_customer_id", "evidence")}
        replaced = ", ".join(f'{value} as "{cell}"' for cell, value in shown.items())
        draft = path.with_name(f".{path.name}.draft")
        connection.execute(
            f"copy (select * {f'replace ({replaced})' if shown else ''} from {source} where not coalesce(({where}), false)) to '{quoted(draft)}' (format parquet)"
        )
        put(draft, path)
    return hits


def text(path: Path, words: Words) -> None:
    """Lines that name them go from files of lines; elsewhere the words are replaced by a mark.

    A file that is still being written is waited for: its writer would go on with what nobody sees any more. The search afterwards tells of one that is not done.
    """
    if not finished_within(path, STILL_WRITTEN):
        return
    data = path.read_bytes()
    is_lines = path.suffix in LINES
    new = b"".join(line for line in data.splitlines(keepends=True) if not words.count(line)) if is_lines else words.masked(data)
    if new != data:
        draft = path.with_name(f".{path.name}.draft")
        draft.write_bytes(new)
        draft.chmod(path.stat().st_mode & 0o777)
        put(draft, path)


def sqlite(path: Path, words: Words) -> None:
    """Texts that name them, in every table; then the file is written anew, since SQLite too leaves bytes behind."""
    with closing(sqlite3.connect(path)) as database:
        database.create_function("cleaned", 1, lambda value: words.masked(value.encode()).decode() if isinstance(value, str) else value)
        for (table,) in database.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'").fetchall():
            for column in [row[1] for row in database.execute(f'pragma table_info("{table}")').fetchall()]:
                database.execute(
                    f'update "{table}" set "{column}" = cleaned("{column}") where typeof("{column}") = \'text\' and "{column}" <> cleaned("{column}")'
                )
        database.commit()
        database.execute("vacuum")
        database.execute("pragma wal_checkpoint(truncate)")


def hits(path: Path, words: Words) -> int:
    """How often any of the words stands in the bytes of a file, packed ones unpacked."""
    try:
        if path.name.lower().endswith(".gz"):
            return words.count(gzip.decompress(path.read_bytes()))
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                return sum(words.count(archive.read(info)) for info in archive.infolist())
        return words.count(path.read_bytes())
    except (OSError, EOFError, RuntimeError):
        return 0


def is_text(path: Path) -> bool:
    return path.suffix.lower() in TEXT_SUFFIXES


def scratch(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
