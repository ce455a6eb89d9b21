"""The header of a file that Svod does not know, and names for its columns and for its source that need no quotes anywhere.

What the headers mean is guessed by `synonyms`; writing the source is `draft`'s.
"""

import csv
import keyword
import tempfile
import zipfile
from pathlib import Path

import duckdb

from pipelines.sources import dialect, encoding, objects
from pipelines.sources.headers import slug, unique
from pipelines.sources.parquet import parquet_columns
from pipelines.sources.report import Refusal

# Columns the staging model makes itself, beside those of the file.
TAKEN = {"source_key", "source_created_at", "source_updated_at", "version_rank"}


def read_header(path: Path) -> tuple[str | None, tuple[str, ...]]:
    """Delimiter and header of a delimited file; no delimiter for XLSX, Parquet and JSON."""
    kind = path.suffix.lower()
    if kind in (".xlsx", ".xlsm"):
        return None, read_sheet_header(path)
    if kind == ".parquet":
        return None, parquet_columns(path)
    if kind in (".zip", ".gz", ".xls"):
        raise Refusal(f"a draft is made from a delimited file, XLSX, JSON or Parquet, not from {kind}", "unpack it, or save it as XLSX or CSV")
    with tempfile.TemporaryDirectory() as folder:
        if kind in (".json", ".jsonl", ".ndjson"):
            objects.to_csv(path, Path(folder) / "objects")
            with (Path(folder) / "objects").open(encoding="utf-8", newline="") as rows:
                return None, tuple(next(csv.reader(rows)))
        text = encoding.to_utf8(path, encoding.detect(path), Path(folder) / "text")
        with text.open("rb") as stream:
            delimiter, header = dialect.guess(stream.read(dialect.HEAD))
    if len(header) < 2:
        raise Refusal("no table was found in the file", "check that columns are apart by comma, semicolon, tab or |")
    return delimiter, header


def read_sheet_header(path: Path) -> tuple[str, ...]:
    """The widest of the first rows of the first sheet."""
    import openpyxl

    try:
        sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
        sheet.reset_dimensions()  # programs write wrong ones
        rows = [[str(cell) for cell in row if cell is not None] for row in sheet.iter_rows(max_row=dialect.HEADER_WITHIN, values_only=True)]
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, TypeError) as error:
        raise Refusal("the workbook is damaged", "open it in a spreadsheet program and save it again as XLSX or CSV") from error
    return tuple(max(rows, key=len, default=[]))


def source_name(text: str) -> str:
    """A name that can be a folder, a schema and a Python module."""
    name = slug(text) or "source"
    return f"source_{name}" if name[0].isdigit() or keyword.iskeyword(name) else name


def raw_columns(header: tuple[str, ...]) -> dict[str, str]:
    """Raw column -> header, by names that need no quotes in SQL. Columns without a header land in `_extra` anyway."""
    with duckdb.connect() as connection:
        keywords = connection.execute("select keyword_name from duckdb_keywords() where keyword_category <> 'unreserved'").fetchall()
    reserved = {word for (word,) in keywords} | TAKEN
    named = [cell for cell in header if slug(cell)]
    slugs = unique(tuple(slug(cell) for cell in named), "_{}")  # dlt spells two underscores its own way
    safe = (f"column_{column}" if column in reserved or column[0].isdigit() else column for column in slugs)
    return dict(zip(safe, (" ".join(cell.split()) for cell in named), strict=True))
