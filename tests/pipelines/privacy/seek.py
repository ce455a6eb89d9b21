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

PORTION = 64 << 20


def found(data: Path, words: set[str], numbers: set[str]) -> list[tuple[str, str]]:
    """Which words (any case) and phone numbers (ten digits, however written) stand in which file."""
    seen = []
    for group in groups(data):
        whole = b"\n".join(content for _, content in group)
        near, close = among(words, whole), among(numbers, digits(whole))
        for name, content in group if near or close else ():
            seen += [(name, word) for word in among(near, content) if stands(word.lower().encode(), content)]
            seen += [(name, number) for number in sorted(among(close, digits(content)))]
    return seen


def groups(data: Path) -> Iterator[list[tuple[str, bytes]]]:
    """Everything in small letters, with the file it is from, in portions: for grep the words are dearer than the bytes."""
    group, size = [], 0
    for path in sorted(data.rglob("*")):
        for content in contents(path) if path.is_file() and not path.is_symlink() else ():
            group.append((path.name, content.lower()))
            if (size := size + len(content)) > PORTION:
                yield group
                group, size = [], 0
    yield group


def digits(content: bytes) -> bytes:
    return content.translate(None, b" ()+-")


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
