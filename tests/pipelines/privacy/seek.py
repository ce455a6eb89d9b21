"""Looking for people in every byte and every cell of an installation, by other means than the erasure itself uses: grep."""

import gzip
import os
import re
import subprocess
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile

import duckdb


def found(data: Path, words: set[str], numbers: set[str]) -> list[tuple[str, str]]:
    """Which words (any case) and phone numbers (ten digits, however written) stand in which file."""
    seen = []
    for path in sorted(data.rglob("*")):
        if path.is_file() and not path.is_symlink():
            for content in contents(path):
                lowered = content.lower()
                hits = [word for word in among(words, lowered) if stands(word.lower().encode(), lowered)]
                seen += [(path.name, hit) for hit in hits + sorted(among(numbers, content.translate(None, b" ()+-")))]
    return seen


def among(words: set[str], content: bytes) -> set[str]:
    """Those of the words that stand in the content in small letters, all of them at once; also such as stand only within another."""
    small = {word.lower(): word for word in words}
    with NamedTemporaryFile("w", encoding="utf-8") as patterns:
        patterns.write("\n".join(small))
        patterns.flush()
        command = ["grep", "--text", "--only-matching", "--fixed-strings", "--file", patterns.name]
        told = subprocess.run(command, input=content, stdout=subprocess.PIPE, env=os.environ | {"LC_ALL": "C"}).stdout if words else b""
    outer = {line.decode() for line in set(told.splitlines())}
    return {small[word] for word in outer} | {word for text, word in small.items() if outer and any(text in other for other in outer)}


def stands(word: bytes, content: bytes) -> bool:
    """`orders:customer:9` does not stand in `orders:customer:90`."""
    at = content.find(word)
    while at >= 0:
        before, after = content[max(at - 1, 0) : at], content[at + len(word) : at + len(word) + 1]
        if not re.match(rb"[0-9a-z_.-]", before) and not re.match(rb"[0-9a-z_]", after):
            return True
        at = content.find(word, at + 1)
    return False


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
