"""Keyed hashes of whole columns, HMAC-SHA256 computed by DuckDB: pseudonyms and tombstones.

E-mails and phones can be enumerated, so a hash without a key protects nobody. Nothing of a key is stored in a database.
"""

import os
import secrets
from pathlib import Path

import duckdb


def secret(path: Path) -> bytes:
    """The key in this file, which only its owner can read; made on first use."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(24))
    return path.read_bytes()


def register(connection: duckdb.DuckDBPyConnection, name: str, key: bytes, length: int = 64) -> None:
    """Give the connection a function `name(text)`: the first `length` hexadecimal digits of the keyed hash."""
    block = key[:64].ljust(64, b"\0")
    inner, outer = (f"unhex('{bytes(byte ^ pad for byte in block).hex()}')" for pad in (0x36, 0x5C))
    connection.execute(f"create or replace temp macro {name}(clear) as left(sha256({outer} || unhex(sha256({inner} || encode(clear)))), {length})")
