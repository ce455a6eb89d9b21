"""JSON lines and JSON documents as Arrow batches of JSON texts, one per record.

A line that is not JSON is left out with its number; a document that is not JSON is refused as a whole.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.sources import encoding as encodings
from pipelines.sources.encoding import is_utf8
from pipelines.sources.preset import Table
from pipelines.sources.report import BadRow, FileReport, Refusal

CHUNK = 8 << 20
LARGEST_DOCUMENT = 256 << 20
SURROGATE = r"\\u[dD][89a-fA-F]"
HALF_A_CHARACTER = ("half a character (a lone surrogate)", "correct the text in the exporting system")
NOT_JSON = ("the line is not valid JSON", "correct the line, or export the file again")


def open_json(path: Path, report: FileReport, table: Table, folder: Path) -> Iterator[pa.RecordBatch]:
    """The file's records in `payload`. Bad lines are in the report when the last record has been read."""
    report.table_name, report.encoding = table.name, encodings.detect(path)
    if report.encoding != "utf-8":
        path = encodings.to_utf8(path, report.encoding, folder / "utf8.json")
    return _records(path, report)


def _records(path: Path, report: FileReport) -> Iterator[pa.RecordBatch]:
    """Nothing is read before the first record is asked for."""
    documents = _document(path) if path.stat().st_size <= LARGEST_DOCUMENT else None
    yield from _lines(path, report) if documents is None else _payloads(documents, report)


def _document(path: Path) -> list[str] | None:
    """The records of a file that is one JSON document: the elements of a list, or the document itself. None if it is not one."""
    with path.open("rb") as stream:
        first = stream.read(1 << 16).lstrip(b"\xef\xbb\xbf \r\n\t")
    newline = first.find(b"\n")
    if newline > 0 and _is_record(first[:newline]) and first[newline:].strip():
        return None
    if not first:
        raise Refusal("the file is empty", "export it again")
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        document = json.loads(data)
    except ValueError:
        if any(_is_record(line) for line in data.split(b"\n", 50)[:50]):
            return None
        raise Refusal("the file is not valid JSON, nor does it hold a JSON document per line", "export it again: it may have been cut off") from None
    if not isinstance(document, dict | list):
        raise Refusal("the file holds a single JSON value, not records", "export it again as JSON lines")
    return [json.dumps(element, ensure_ascii=False, separators=(",", ":")) for element in (document if isinstance(document, list) else [document])]


def _is_record(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict | list)
    except ValueError:
        return False


def _payloads(records: list[str], report: FileReport) -> Iterator[pa.RecordBatch]:
    """Records of a document, numbered by their place in it."""
    kept = []
    for number, record in enumerate(records, start=1):
        if _is_text(record):
            kept.append((number, record))
        else:
            report.bad_rows.append(BadRow(number, *HALF_A_CHARACTER, record.encode("utf-8", "backslashreplace").decode()))
    report.rows_loaded = len(kept)
    if kept:
        yield pa.record_batch({"payload": pa.array([record for _, record in kept], pa.string()), "_line": pa.array([number for number, _ in kept], pa.int64())})


def _lines(path: Path, report: FileReport) -> Iterator[pa.RecordBatch]:
    """One record per line, in blocks; blank lines are none."""
    first, rest = 1, b""
    with duckdb.connect(config={"threads": 2}) as connection, path.open("rb") as stream:
        if stream.read(3) != b"\xef\xbb\xbf":
            stream.seek(0)
        while chunk := stream.read(CHUNK):
            lines = (rest + chunk).split(b"\n")
            rest = lines.pop()
            yield from _block(connection, lines, first, report)
            first += len(lines)
        if rest.strip():
            yield from _block(connection, [rest], first, report)


def _block(connection: duckdb.DuckDBPyConnection, lines: list[bytes], first: int, report: FileReport) -> Iterator[pa.RecordBatch]:
    """The valid lines of a block."""
    block = pa.table({"payload": pc.ascii_trim_whitespace(_texts(lines)), "_line": pa.array(np.arange(first, first + len(lines)))})
    block = block.filter(pc.not_equal(block["payload"], ""))
    connection.register("block", block)
    is_valid = connection.sql("select coalesce(json_valid(payload), false) as is_valid from block").to_arrow_table()["is_valid"]
    if not pc.all(is_valid).as_py():
        _set_aside(block.filter(pc.invert(is_valid)), NOT_JSON, report)
        block = block.filter(is_valid)
    if pc.any(pc.match_substring(block["payload"], "\\u")).as_py() and pc.any(pc.match_substring_regex(block["payload"], SURROGATE)).as_py():
        is_text = pa.array([_is_text(payload) for payload in block["payload"].to_pylist()], pa.bool_())
        _set_aside(block.filter(pc.invert(is_text)), HALF_A_CHARACTER, report)
        block = block.filter(is_text)
    report.rows_loaded += block.num_rows
    yield from block.combine_chunks().to_batches()


def _texts(lines: list[bytes]) -> pa.Array:
    values = pa.array(lines, pa.binary())
    try:
        return values.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([line.decode() if is_utf8(line) else _spelled_out(line) for line in lines], pa.string())


def _set_aside(bad: pa.Table, words: tuple[str, str], report: FileReport) -> None:
    report.bad_rows += [BadRow(line, *words, payload) for line, payload in zip(bad["_line"].to_pylist(), bad["payload"].to_pylist(), strict=True)]


def _spelled_out(line: bytes) -> str:
    """A line with broken bytes. Spelled out they would be valid within a JSON string, so the line is made invalid, to be left out."""
    return "bytes that are not UTF-8: " + line.decode("utf-8", "backslashreplace")


def _is_text(payload: str) -> bool:
    try:
        json.dumps(json.loads(payload), ensure_ascii=False).encode()
    except (UnicodeEncodeError, ValueError):
        return False
    return True
