"""Taking records out of the content of an export, whatever its kind, and leaving every other byte as it was.

`lines` are the numbers by which the landing knew the records; `starts` those of all records of the file, so that it is known where one
that goes over several lines ends. Of a record that is about others too only the cells, or the things in its JSON, that are doomed go.
Which records are doomed, and where the file lies, stays out.
"""

import io
import json
import re
from bisect import bisect_left
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.privacy import json_cut, workbook
from pipelines.responses.mail import split

CELL = re.compile(r'[^,;\t|"\r\n]+')
WIDE = ((b"\xff\xfe\x00\x00", "utf-32-le"), (b"\x00\x00\xfe\xff", "utf-32-be"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


class Doomed:
    """What of one file goes: whole records by number, and things within shared records by what they say."""

    def __init__(self, lines: set[int], shared: set[int], starts: list[int], removed: set[int], is_doomed: Callable[[Any], bool], texts: set[str]):
        self.lines, self.shared, self.starts, self.removed, self.is_doomed, self.texts = lines, shared, sorted(starts), removed, is_doomed, texts


def rewrite(data: bytes, encoding: str, table_format: str, doomed: Doomed) -> bytes:
    """The content without what is doomed."""
    if data.startswith(b"PAR1"):
        return _parquet(data, _now(doomed.lines, doomed.removed), _now(doomed.shared, doomed.removed), doomed.is_doomed)
    if data.startswith(b"PK\x03\x04"):
        return workbook.without_rows(data, doomed.lines, doomed.texts, doomed.shared, doomed.is_doomed)
    if table_format == "mail":
        gone = _now(doomed.lines, doomed.removed)
        return b"".join(mail for number, mail in enumerate(split(data), start=1) if number not in gone)
    mark, codec = _codec(data, encoding)
    text = data[len(mark) :].decode(codec, "surrogatepass" if codec.startswith("utf") else "strict")
    return mark + _text(text, table_format, doomed).encode(codec, "surrogatepass" if codec.startswith("utf") else "strict")


def _codec(data: bytes, encoding: str) -> tuple[bytes, str]:
    """The mark and a codec that gives back the same bytes. What has line ends of one byte is only cut, never read: any codec of one byte will do."""
    for mark, codec in WIDE:
        if data.startswith(mark):
            return mark, codec
    if encoding in ("utf-16-le", "utf-16-be"):
        return b"", encoding
    return (b"\xef\xbb\xbf", "latin-1") if data.startswith(b"\xef\xbb\xbf") else (b"", "latin-1")


def _text(text: str, table_format: str, doomed: Doomed) -> str:
    is_json = text.lstrip()[:1] in ("{", "[")
    if table_format == "delimited" and is_json:
        blanked = json_cut.change_elements(text, _now(doomed.shared, doomed.removed), lambda element: _blanked(element, doomed))
        return json_cut.cut_elements(blanked, _now(doomed.lines, doomed.removed))
    if table_format == "json" and _is_document(text):
        return _document(text, doomed)
    return _lines(text, table_format, doomed)


def _document(text: str, doomed: Doomed) -> str:
    """One JSON value: a list of records, or an envelope that is a record itself."""
    if text.lstrip().startswith("["):
        shared = json_cut.cut_things(text, _readable(doomed.is_doomed))[0] if doomed.shared else text
        return json_cut.cut_elements(shared, _now(doomed.lines, doomed.removed))
    if not doomed.lines - doomed.removed:
        return json_cut.cut_things(text, _readable(doomed.is_doomed))[0] if doomed.shared else text
    emptied = json_cut.cut_things(text, lambda thing: True)[0]
    return emptied if emptied != text else ""


def _is_document(text: str) -> bool:
    """Whether the whole is one JSON value, as the landing sees it."""
    try:
        return not text[json_cut.DECODER.raw_decode(text, json_cut.skip(text, 0))[1] :].strip()
    except (ValueError, IndexError):
        return False


def _lines(text: str, table_format: str, doomed: Doomed) -> str:
    """A record of a delimited file goes on until the next one begins; blank lines behind it stay."""
    ending = "\n" if "\n" in text or "\r" not in text else "\r"
    lines = text.split(ending)
    starts = sorted(_now(set(doomed.starts), doomed.removed))
    following = dict(zip(starts, [*starts[1:], len(lines) + 1], strict=False))  # none are left where all were erased

    def reach(records: set[int]) -> set[int]:
        reached: set[int] = set()
        for first in _now(records, doomed.removed):
            end = following.get(first, first + 1) if table_format == "delimited" else first + 1
            while end > first + 1 and not lines[end - 2].strip():
                end -= 1
            reached |= set(range(first, end))
        return reached

    gone, shared, part = reach(doomed.lines), reach(doomed.shared), _blanked if table_format == "delimited" else _cut
    return ending.join(part(line, doomed) if number in shared else line for number, line in enumerate(lines, start=1) if number not in gone)


def _blanked(line: str, doomed: Doomed) -> str:
    judged = _readable(doomed.is_doomed)
    return CELL.sub(lambda cell: "" if judged(cell[0].strip()) else cell[0], line)


def _cut(line: str, doomed: Doomed) -> str:
    """A line that was cut off is in quarantine: it goes whole, by its number, or stays as it is."""
    try:
        return json_cut.cut_things(line, _readable(doomed.is_doomed))[0]
    except (ValueError, IndexError):
        return line


def _now(lines: set[int], removed: set[int]) -> set[int]:
    """Where records stand in a file from which lines were taken out before."""
    before = sorted(removed)
    return {line - bisect_left(before, line) for line in lines - removed}


def _readable(is_doomed: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Text that was taken for single bytes is read as what it is before it is judged."""

    def judged(thing: Any) -> bool:
        return is_doomed(json.loads(json.dumps(thing, ensure_ascii=False).encode("latin-1", "ignore").decode("utf-8", "ignore")))

    return judged


def _parquet(data: bytes, rows: set[int], shared: set[int], is_doomed: Callable[[Any], bool]) -> bytes:
    source = pq.ParquetFile(io.BytesIO(data))
    table = source.read()
    for at, field in enumerate(table.schema if shared else ()):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            cells = enumerate(table.column(at).to_pylist(), start=1)
            table = table.set_column(
                at, field, pa.array([None if number in shared and text and is_doomed(text.strip()) else text for number, text in cells], field.type)
            )
    kept = table.filter(pa.array([number not in rows for number in range(1, table.num_rows + 1)], pa.bool_()))
    compression = source.metadata.row_group(0).column(0).compression if source.metadata.num_row_groups else "SNAPPY"
    out = io.BytesIO()
    pq.write_table(kept, out, compression=compression)
    return out.getvalue()
