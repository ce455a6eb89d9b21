"""JSON lines, JSON documents and Parquet as Arrow batches of JSON texts, one per record.

A line that is not JSON is left out with its number; a document that is not JSON is refused as a whole.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.sources import encoding as encodings
from pipelines.sources.preset import Table
from pipelines.sources.report import BadRow, FileReport, Refusal

CHUNK = 8 << 20
LARGEST_DOCUMENT = 256 << 20
SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
NOT_JSON = ("the line is not valid JSON", "correct the line, or export the file again")


def open_json(path: Path, report: FileReport, table: Table, folder: Path) -> Iterator[pa.RecordBatch]:
    """The file's records in `payload`. Bad lines are in the report when the last record has been read."""
    report.table_name, report.encoding = table.name, encodings.detect(path)
    if report.encoding != "utf-8":
        path = encodings.to_utf8(path, report.encoding, folder / "utf8.json")
    if path.stat().st_size <= LARGEST_DOCUMENT and (records := _document(path)) is not None:
        return _payloads(records, report)
    return _lines(path, report)


def open_parquet(path: Path, report: FileReport, tables: list[Table]) -> tuple[Table, Iterator[pa.RecordBatch]]:
    """Rows as JSON texts, or as text columns if the table has columns."""
    from pipelines.sources import headers
    from pipelines.sources.delimited import _selected

    name = str(path).replace("'", "''")
    with duckdb.connect() as connection:
        try:
            columns = tuple(row[0] for row in connection.execute(f"describe select * from read_parquet('{name}')").fetchall())
            connection.execute(f"select count(*) from (select * from read_parquet('{name}'))")
        except duckdb.Error as error:
            raise Refusal("the Parquet file is cut off or damaged", "copy or export it again") from error
    report.encoding = "parquet"
    json_tables = [table for table in tables if table.format == "json"]
    if json_tables:
        report.table_name = json_tables[0].name
        return json_tables[0], _rows(f"select cast(to_json(t) as varchar) as payload from read_parquet('{name}') as t", report)
    found = [header for table in tables if (header := headers.match(table, columns))]
    if not found:
        raise headers.no_match(tables, columns)
    header = max(found, key=lambda header: len(header.columns))
    report.table_name, report.header = header.table.name, header.names
    texts = ", ".join(f'cast("{column.replace(chr(34), chr(34) * 2)}" as varchar) as c{position}' for position, column in enumerate(columns))
    return header.table, _rows(f"select {_selected(header)} from (select {texts} from read_parquet('{name}'))", report)


def _rows(query: str, report: FileReport) -> Iterator[pa.RecordBatch]:
    with duckdb.connect(config={"threads": 2}) as connection:
        try:
            for batch in connection.sql(query).to_arrow_reader(20_000):
                first = report.rows_loaded + 1
                report.rows_loaded += batch.num_rows
                yield batch.append_column("_line", pa.array(range(first, first + batch.num_rows), pa.int64()))
        except duckdb.Error as error:
            raise Refusal("the Parquet file is cut off or damaged", "copy or export it again") from error


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
        if not any(_is_record(line) for line in data.split(b"\n", 50)[:50]):
            raise Refusal("the file is not valid JSON, nor does it hold a JSON document per line", "export it again: it may have been cut off") from None
        return None
    if not isinstance(document, dict | list):
        raise Refusal("the file holds a single JSON value, not records", "export it again as JSON lines")
    return [json.dumps(element, ensure_ascii=False, separators=(",", ":")) for element in document] if isinstance(document, list) else [json.dumps(document, ensure_ascii=False, separators=(",", ":"))]


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
            report.bad_rows.append(BadRow(number, "half a character (a lone surrogate)", "correct the text in the exporting system", record.encode("utf-8", "backslashreplace").decode()))
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
    values = pa.array(lines, pa.binary())
    numbers = pa.array(range(first, first + len(lines)), pa.int64())
    try:
        texts = values.cast(pa.string())
    except pa.ArrowInvalid:
        texts = pa.array([line.decode("utf-8", "backslashreplace") if not _is_utf8(line) else line.decode() for line in lines], pa.string())
        texts = _marked_bad(texts, lines)
    block = pa.table({"line": numbers, "payload": texts})  # read by name in the query
    judged = connection.sql("select line, trim(payload, chr(13) || ' ' || chr(9)) as payload, coalesce(json_valid(payload), false) as is_valid from block where trim(payload, chr(13) || ' ' || chr(9)) <> ''").to_arrow_table()
    good, bad = judged.filter(judged["is_valid"]), judged.filter(pa.compute.invert(judged["is_valid"]))
    report.bad_rows += [BadRow(line, *NOT_JSON, payload) for line, payload in zip(bad["line"].to_pylist(), bad["payload"].to_pylist(), strict=True)]
    if any(SURROGATE.search(line) for line in lines if b"\\u" in line):
        good = _without_surrogates(good, report)
    report.rows_loaded += good.num_rows
    yield from good.select(["payload", "line"]).rename_columns(["payload", "_line"]).combine_chunks().to_batches()


def _marked_bad(texts: pa.Array, lines: list[bytes]) -> pa.Array:
    """Broken bytes spelled out would be valid JSON within a string: such lines are made invalid on purpose, to be left out."""
    return pa.array([text if _is_utf8(line) else "bytes that are not UTF-8: " + text for text, line in zip(texts.to_pylist(), lines, strict=True)], pa.string())


def _without_surrogates(good: pa.Table, report: FileReport) -> pa.Table:
    keep = [_is_text(payload) if "\\u" in payload else True for payload in good["payload"].to_pylist()]
    bad = good.filter(pa.array([not is_good for is_good in keep]))
    report.bad_rows += [BadRow(line, "half a character (a lone surrogate)", "correct the text in the exporting system", payload) for line, payload in zip(bad["line"].to_pylist(), bad["payload"].to_pylist(), strict=True)]
    return good.filter(pa.array(keep))


def _is_text(payload: str) -> bool:
    try:
        json.dumps(json.loads(payload), ensure_ascii=False).encode()
    except (UnicodeEncodeError, ValueError):
        return False
    return True


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
