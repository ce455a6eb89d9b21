"""Quotes within one record: its cells, whether a quote is still open, and writing cells well-formed.

Only records with a quote out of order come here, one by one; `records` judges the others by arithmetic.
"""

import re
from functools import cache


def cells(text: bytes, delimiter: int) -> list[bytes] | None:
    """The cells of a whole record, without NUL bytes; None if its quotes do not add up."""
    if not _whole(delimiter).fullmatch(text):
        return None
    return [_unquoted(cell).replace(b"\x00", b"") for cell in _cell(delimiter).findall(text)]


def may_still_close(text: bytes, delimiter: int) -> bool:
    """Whether more lines could close the open quote: everything before it is in order."""
    return _open(delimiter).fullmatch(text) is not None


def written(values: list[bytes], delimiter: int) -> bytes:
    """The cells as one well-formed record."""
    return bytes([delimiter]).join(b'"' + value.replace(b'"', b'""') + b'"' if value else b"" for value in values)


QUOTED = rb'"(?:[^"]|"")*+"'


@cache
def _whole(delimiter: int) -> re.Pattern[bytes]:
    cell, comma = _one_cell(delimiter), re.escape(bytes([delimiter]))
    return re.compile(cell + rb"(?:" + comma + cell + rb")*+")


@cache
def _cell(delimiter: int) -> re.Pattern[bytes]:
    return re.compile(rb"(?:^|(?<=" + re.escape(bytes([delimiter])) + rb"))" + _one_cell(delimiter) + rb"(?=" + re.escape(bytes([delimiter])) + rb"|\Z)")


@cache
def _open(delimiter: int) -> re.Pattern[bytes]:
    cell, comma = _one_cell(delimiter), re.escape(bytes([delimiter]))
    return re.compile(rb"(?:" + cell + comma + rb")*+" + rb'"(?:[^"]|"")*+')


def _one_cell(delimiter: int) -> bytes:
    """A quoted cell, or one that does not begin with a quote; a quote within it is an ordinary character."""
    comma = re.escape(bytes([delimiter]))
    return rb"(?:" + QUOTED + rb"|(?!\")[^" + comma + rb"\n]*+)"


def _unquoted(cell: bytes) -> bytes:
    return cell[1:-1].replace(b'""', b'"') if cell.startswith(b'"') else cell
