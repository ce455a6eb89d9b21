"""Errors in words that hold nobody's values: DuckDB quotes the value it stumbled over, and messages end up in logs.

`plain` is for an error, `redact` for where only DuckDB's text is left. An error about the code (an unknown column or
function) keeps its names, if they are spelled as ours are, and one about a file or a lock keeps its path; both lose the
piece of the query. A syntax error keeps no name: after an unescaped quotation mark that may be a value. Of all others
the first line stays, since the next ones repeat the query and the value.
"""

import re

import duckdb

ABOUT_CODE = re.compile(r"^\s*(Binder|Catalog) (Error|Exception)")
ABOUT_FILES = re.compile(r"^\s*(Dependency|IO|Permission|Connection) (Error|Exception)")
QUERY = re.compile(r"\s*^LINE \d+:.*", re.DOTALL | re.MULTILINE)
# From the first quotation mark to the last: a value may hold quotation marks of its own.
QUOTED = re.compile(r"['\"].*['\"]")
LITERAL_OR_NAME = re.compile(r"""'.*'|"([^"\n]*)\"""")
NAME = re.compile(r"[a-z_][a-z0-9_.]*")
# What DuckDB leaves unquoted: "malformed JSON in input: …", a number out of range, an address.
UNQUOTED = re.compile(r"(?i)(?<=\binput: ).+|(?<=\bstring: ).+|\S+@\S+|\+?\d[\d .,:()-]{3,}\d")


class Told(Exception):
    """An error that Svod words itself, for a person to read: its message holds no value of the data."""


def plain(error: BaseException) -> str:
    """The error without anybody's values. Of an error that is neither ours, DuckDB's nor the system's only the kind is safe."""
    if isinstance(error, Told):
        return str(error)
    if isinstance(error, duckdb.Error):
        return redact(str(error))
    if isinstance(error, OSError) and error.strerror:
        return f"{type(error).__name__}: {error.strerror}"
    return type(error).__name__


def redact(message: str) -> str:
    """The text of DuckDB's error without anybody's values."""
    if not message.strip():
        return message
    if ABOUT_FILES.match(message):
        return QUERY.sub("", message)
    if ABOUT_CODE.match(message):
        words = LITERAL_OR_NAME.sub(lambda quoted: quoted[0] if NAME.fullmatch(quoted[1] or "") else "***", QUERY.sub("", message))
    else:
        words = QUOTED.sub("***", message.strip().splitlines()[0])
    return UNQUOTED.sub("***", words)
