"""An XLSX workbook as a delimited file: the first sheet whose header fits, dates as ISO text, whole numbers without `.0`.

Old `.xls`, `.ods` and encrypted workbooks are refused by `reader`.
"""

import csv
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from pipelines.sources import headers
from pipelines.sources.dialect import HEADER_WITHIN
from pipelines.sources.preset import Table
from pipelines.sources.report import Refusal


def to_csv(path: Path, tables: list[Table], target: Path) -> list[int]:
    """Writes the sheet as comma-separated UTF-8 and returns the sheet's row number of every record below the header."""
    import openpyxl

    try:
        with path.open("rb") as stream:
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
            sheet = _fitting(book, tables)
            return _write(sheet, tables, target)
    except (BadZipFile, KeyError, ValueError, OSError, TypeError) as error:
        raise Refusal("the workbook is damaged", "open it in a spreadsheet program and save it again as XLSX or CSV") from error


def _fitting(book: Any, tables: list[Table]) -> Any:
    sheets = list(book.worksheets)
    fitting = next((sheet for sheet in sheets if _header_row(sheet, tables)), None)
    if fitting is not None:
        return fitting
    first = next((cells for sheet in sheets for cells in _rows(sheet, HEADER_WITHIN) if any(cells)), None)
    if first is None:
        raise Refusal("the workbook is empty", "export it again")
    raise headers.no_match(tables, first)


def _header_row(sheet: Any, tables: list[Table]) -> int | None:
    return next((number for number, cells in enumerate(_rows(sheet, HEADER_WITHIN), start=1) if any(headers.match(table, cells) for table in tables)), None)


def _rows(sheet: Any, limit: int | None = None):
    sheet.reset_dimensions()  # programs write wrong ones
    for row in sheet.iter_rows(max_row=limit, values_only=True):
        yield _trimmed(tuple(_text(value) for value in row))


def _write(sheet: Any, tables: list[Table], target: Path) -> list[int]:
    header_row, width, numbers = _header_row(sheet, tables), 0, []
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        for number, cells in enumerate(_rows(sheet), start=1):
            if number < header_row or not any(cells):
                continue
            width = width or len(cells)
            writer.writerow(cells + ("",) * (width - len(cells)))
            numbers.append(number)
    return numbers[1:]


def _trimmed(cells: tuple[str, ...]) -> tuple[str, ...]:
    width = next((index for index in range(len(cells), 0, -1) if cells[index - 1]), 0)
    return cells[:width]


def _text(value: Any) -> str:
    """A cell as the text a CSV export would hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    return value.isoformat() if isinstance(value, date | time) else str(value).replace("\x00", "").encode("utf-8", "replace").decode()
