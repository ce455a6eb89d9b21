"""Taking people's values out of error messages: DuckDB quotes the value it stumbled over, and messages end up in logs.

Errors about the code itself (an unknown column, a syntax error) name nobody and stay whole. Of all others only the first
line stays, since the next ones repeat the query and the value.
"""

import re

ABOUT_CODE = re.compile(r"^\s*(Binder|Catalog|Parser|Syntax|Dependency|IO|Permission|Connection) (Error|Exception)")
# From the first quotation mark to the last: a value may hold quotation marks of its own.
QUOTED = re.compile(r"['\"].*['\"]")
# What DuckDB leaves unquoted: "malformed JSON in input: …", a number out of range, an address.
UNQUOTED = re.compile(r"(?i)(?<=\binput: ).+|(?<=\bstring: ).+|\S+@\S+|\+?\d[\d .,:()-]{3,}\d")


def redact(message: str) -> str:
    """The message without anybody's values."""
    if ABOUT_CODE.match(message) or not message:
        return message
    return UNQUOTED.sub("***", QUOTED.sub("***", message.strip().splitlines()[0]))
