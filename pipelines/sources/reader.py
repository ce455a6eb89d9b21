"""One file, read: what it is, which table it fills, its rows as Arrow batches, and what is wrong with it.

Nothing is loaded here. `inspect` reads a file to the end only to report on it.
"""

import logging
import re
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from pipelines.redaction import plain
from pipelines.responses import mail
from pipelines.settings import settings
from pipelines.sources import headers, objects
from pipelines.sources.delimited import open_delimited
from pipelines.sources.documents import open_json
from pipelines.sources.inbox import InboxFile
from pipelines.sources.parquet import open_parquet
from pipelines.sources.preset import Preset, Table
from pipelines.sources.registry import presets
from pipelines.sources.report import FileReport, Refusal
from pipelines.sources.spreadsheet import to_csv

log = logging.getLogger(__name__)

SAVE_AS = "open it in a spreadsheet program and save it as XLSX or CSV UTF-8"
FOREIGN = {
    b"\xd0\xcf\x11\xe0": ("an old Excel file (.xls), or an encrypted workbook", SAVE_AS + ", without a password"),
    b"%PDF": ("a PDF", "export the data as CSV"),
    b"\x1f\x8b": ("a compressed file without the ending .gz", "add .gz to its name"),
    b"Rar!": ("an archive", "unpack it and put its files into the inbox"),
    b"7z\xbc\xaf": ("an archive", "unpack it and put its files into the inbox"),
}
MARKUP = re.compile(rb"\s*(<!doctype|<html|<table|<\?xml|<meta|<div)", re.IGNORECASE)


def inspect(file: InboxFile) -> FileReport:
    """What the file is and what is wrong with it, without loading it."""
    report = file.report()
    settings().data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="check-", dir=settings().data) as folder:
        try:
            path, report.file_id = file.fetch(Path(folder))
            for _ in open_file(path, report, Path(folder))[1]:
                pass
        except Exception as error:  # whatever one file does, the others are looked at
            report.refuse(as_refusal(error))
    return report


def open_file(path: Path, report: FileReport, folder: Path) -> tuple[Table, Iterator[pa.RecordBatch]]:
    """The table of a file and its rows with their lineage; `Refusal` if it cannot be loaded."""
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as stream:
        head = stream.read(1 << 16)
    tables = headers.candidates(_preset(report.source), report.file_name, head)
    table, batches = _content(path, head, report, tables, folder)
    return table, (_with_lineage(batch, report) for batch in batches)


def as_refusal(error: Exception) -> Refusal:
    """Any error as a refusal. What nobody foresaw is named by its kind only."""
    if isinstance(error, Refusal):
        return error
    return Refusal(f"the file could not be read ({plain(error)})", "export it again; if that does not help, report it with the file's kind and size")


def _preset(source: str) -> Preset:
    if source in presets():
        return presets()[source]
    known = ", ".join(presets())
    if not source:
        raise Refusal("the file lies in no source's folder", f"move it into a folder of the inbox named after its source: {known}")
    raise Refusal(f"no source is called {source}", f"rename the folder to one of {known}, or add a source: svod sources add FILE")


def _content(path: Path, head: bytes, report: FileReport, tables: list[Table], folder: Path) -> tuple[Table, Iterator[pa.RecordBatch]]:
    _refuse_foreign(head, path)
    delimited = [table for table in tables if table.format == "delimited"]
    if (mails := next((table for table in tables if table.format == "mail"), None)) and mail.looks_like_mail(head):
        return mails, open_json(mail.to_lines(path, folder / "mails.jsonl"), report, mails, folder)
    if head.startswith(b"PAR1"):
        return open_parquet(path, report, tables)
    if head.startswith(b"PK\x03\x04"):
        return _sheet(path, report, delimited, folder)
    looks_like_json = head.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t\x00")[:1] in (b"{", b"[")
    if delimited and looks_like_json and len(delimited) == len(tables):
        return _converted(objects.to_csv(path, folder / "objects.csv"), "json", folder / "objects.csv", report, delimited, folder)
    if delimited and not looks_like_json:
        opened = open_delimited(path, report, delimited, folder)
        return opened.table, opened.batches()
    table = next((table for table in tables if table.format == "json"), None)
    if table is None:
        raise Refusal("the file is no mail", "put mails here as .eml files, as a maildir or as an mbox")
    if not looks_like_json:
        raise Refusal(f"the file is not JSON, and table {table.name} takes JSON lines, a JSON document or Parquet", "export it as JSON lines or Parquet")
    return table, open_json(path, report, table, folder)


def _refuse_foreign(head: bytes, path: Path) -> None:
    if not head:
        raise Refusal("the file is empty", "export it again")
    for magic, (what, remedy) in FOREIGN.items():
        if head.startswith(magic):
            raise Refusal(f"the file is {what}", remedy)
    if MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")):
        raise Refusal("the file is a web page or XML, whatever its name says", SAVE_AS)
    if path.suffix.lower() == ".parquet" and not head.startswith(b"PAR1"):
        raise Refusal("the file is called Parquet and is not", "export it again")


def _sheet(path: Path, report: FileReport, tables: list[Table], folder: Path) -> tuple[Table, Iterator[pa.RecordBatch]]:
    try:
        members = zipfile.ZipFile(path).namelist()
    except zipfile.BadZipFile as error:
        raise Refusal("the workbook or ZIP is cut off or damaged", "copy or export it again") from error
    if "xl/workbook.xml" not in members:
        raise Refusal("the file is an OpenDocument or another kind of ZIP, not an XLSX workbook", SAVE_AS)
    if not tables:
        raise Refusal("the file is a workbook, and the table takes JSON lines, a JSON document or Parquet", "export it as JSON lines or Parquet")
    return _converted(to_csv(path, tables, folder / "sheet.csv"), "xlsx", folder / "sheet.csv", report, tables, folder)


def _converted(rows: list[int], kind: str, text: Path, report: FileReport, tables: list[Table], folder: Path) -> tuple[Table, Iterator[pa.RecordBatch]]:
    """A file that was made delimited first; `rows` are the numbers of its records where they came from."""
    opened = open_delimited(text, report, tables, folder)
    opened.sheet_rows, report.encoding, report.delimiter = rows, kind, None
    return opened.table, opened.batches()


def _with_lineage(batch: pa.RecordBatch, report: FileReport) -> pa.RecordBatch:
    """Where each row comes from, beside it."""
    if "_extra" not in batch.schema.names:
        batch = batch.append_column("_extra", pa.nulls(batch.num_rows, pa.string()))
    batch = batch.append_column("_file_id", _repeat(report.file_id, pa.string(), batch.num_rows))
    batch = batch.append_column("_file_name", _repeat(report.file_name, pa.string(), batch.num_rows))
    return batch.append_column("_exported_at", _repeat(report.exported_at, pa.timestamp("us"), batch.num_rows))


def _repeat(value: object, kind: pa.DataType, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(value, kind), count)
