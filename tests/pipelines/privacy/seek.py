"""Looking for a person in every byte and every cell of an installation, by other means than the erasure itself uses."""

import gzip
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import duckdb


def found(data: Path, words: set[str], numbers: set[str]) -> list[tuple[str, str]]:
    """Which words (any case) and phone numbers (ten digits, however written) stand in which file."""
    seen = []
    for path in sorted(data.rglob("*")):
        if path.is_file() and not path.is_symlink():
            for content in contents(path):
                lowered, digits = content.lower(), re.sub(rb"[ ()+-]", b"", content)
                hits = [word for word in words if stands(word.lower().encode(), lowered)] + [number for number in numbers if number.encode() in digits]
                seen += [(path.name, hit) for hit in hits]
    return seen


def stands(word: bytes, content: bytes) -> bool:
    """`orders:customer:9` does not stand in `orders:customer:90`."""
    return word in content and re.search(rb"(?<![0-9a-z_.-])" + re.escape(word) + rb"(?![0-9a-z_])", content) is not None


def contents(path: Path) -> Iterator[bytes]:
    """The bytes of a file, what is packed in it, and the rows of its tables as text."""
    data = path.read_bytes()
    yield data
    if data.startswith(b"\x1f\x8b"):
        yield gzip.decompress(data)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(BytesIO(data)) as archive:
            yield from (archive.read(info) for info in archive.infolist())
    if path.suffix == ".parquet":
        yield rows(duckdb.connect(), f"read_parquet('{path}')")
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            for schema, table in connection.execute("select schema_name, table_name from duckdb_tables() where not internal").fetchall():
                yield rows(connection, f'"{schema}"."{table}"')


def rows(connection: duckdb.DuckDBPyConnection, source: str) -> bytes:
    return "\n".join(row[0] for row in connection.execute(f"select cast(t as varchar) from {source} as t").fetchall()).encode()
