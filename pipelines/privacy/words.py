"""What no file and no text may hold any more, found in one pass however many people it is about.

An address, number, key or id counts where it stands alone, in any case: `ann@example.com` does not stand in `joann@example.com`.
"""

from collections.abc import Iterator
from contextlib import suppress

import duckdb
import pyarrow as pa
from ahocorasick_rs import BytesAhoCorasick

MARK = b"[erased]"
LETTERS = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyz_")
BETWEEN = frozenset(b".-")
BEFORE, FOLLOWING = LETTERS | BETWEEN, LETTERS - {ord("_")}
SAID = "select text from subject.needles union select record_id from subject.records union select customer_id from subject.customers"


class Words:
    """The words of the subject, whose database is attached to the connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection):
        spelled = {spelling for (text,) in connection.execute(SAID).fetchall() if len(text) >= 6 for spelling in _spellings(text)}
        self.automaton = BytesAhoCorasick(sorted(spelled)) if spelled else None

    def count(self, data: bytes) -> int:
        return sum(1 for _ in self._places(data))

    def masked(self, data: bytes) -> bytes:
        parts, at = [], 0
        for start, end in self._places(data):
            parts += [data[at:start], MARK]
            at = end
        return b"".join([*parts, data[at:]])

    def register(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Gives the connection `names_them(text)` and `without_them(text)`, in the place of those of other words."""
        for name in ("names_them", "without_them"):
            with suppress(duckdb.InvalidInputException):
                connection.remove_function(name)
        connection.create_function("names_them", self._naming, ["VARCHAR"], "BOOLEAN", type="arrow", null_handling="special")
        connection.create_function("without_them", self._without, ["VARCHAR"], "VARCHAR", type="arrow", null_handling="special")

    def _places(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Where they stand, of several in one place the longest."""
        lowered = data.lower()
        found = self.automaton.find_matches_as_indexes(lowered, overlapping=True) if self.automaton else ()
        last = 0
        for start, end in sorted(((start, end) for _, start, end in found if _alone(lowered, start, end)), key=lambda place: (place[0], -place[1])):
            if start >= last:
                yield start, end
                last = end

    def _naming(self, texts: pa.ChunkedArray) -> pa.Array:
        values = [(text or "").encode() for text in texts.to_pylist()]
        if not self.count(b"\n".join(values)):
            return pa.array([False] * len(values), pa.bool_())
        return pa.array([self.count(value) > 0 for value in values], pa.bool_())

    def _without(self, texts: pa.ChunkedArray) -> pa.Array:
        return pa.array([text and self.masked(text.encode()).decode() for text in texts.to_pylist()], pa.string())


def _spellings(text: str) -> set[bytes]:
    """Capitals of other alphabets are not known to the search, and JSON may write them as escapes."""
    return {spelling.lower() for case in (text, text.lower(), text.upper()) for spelling in (case.encode(), case.encode("unicode_escape"))}


def _alone(data: bytes, start: int, end: int) -> bool:
    """Not a part of a longer address or key; a full stop may follow."""
    if start and data[start - 1] in BEFORE:
        return False
    after = data[end : end + 2]
    return not (after and after[0] in LETTERS) and not (len(after) == 2 and after[0] in BETWEEN and after[1] in FOLLOWING)
