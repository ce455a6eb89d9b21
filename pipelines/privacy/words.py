"""What no file and no text may hold any more, found in one pass however many people it is about.

An address, number, key or id counts where it stands alone, in any case: `ann@example.com` does not stand in `joann@example.com`. A phone counts
however its digits are set apart, with its country's code, with 8 or 0 before it or with nothing.
"""

import re
from collections.abc import Iterator
from contextlib import suppress

import duckdb
import pyarrow as pa
from ahocorasick_rs import BytesAhoCorasick

MARK = b"[erased]"
LETTERS = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyz_")
ALNUM = {bytes([letter]) for letter in LETTERS}
BETWEEN = frozenset(b".-")
BEFORE, FOLLOWING = LETTERS | BETWEEN, LETTERS - {ord("_")}
# Where phones may stand: ten digits or more, with blanks, hyphens, dots and brackets between them.
DIGITS = re.compile(rb"[0-9](?:(?:[ ().-]|\xc2\xa0|\xe2\x80[\x90-\x95\xaf]){0,3}[0-9]){9,}")
NO_DIGIT = re.compile(rb"[^0-9]")
PHONES = "select text from subject.needles where text like '+%' or text in (select text from subject.texts where type = 'phone')"
SAID = "select text from subject.needles union select record_id from subject.records union select customer_id from subject.customers"


class Words:
    """The words of the subject, whose database is attached to the connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection):
        spelled = {spelling for (text,) in connection.execute(SAID).fetchall() if len(text) >= 6 for spelling in _spellings(text)}
        self.automaton = BytesAhoCorasick(sorted(spelled)) if spelled else None
        self.phones = {spelling for (text,) in connection.execute(PHONES).fetchall() for spelling in _dialled(NO_DIGIT.sub(b"", text.encode()))}
        self.dialled = sorted({len(digits) for digits in self.phones}, reverse=True)

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
        places = [(start, end) for _, start, end in found if _alone(lowered, start, end)]
        if self.phones:
            places += [place for run in DIGITS.finditer(data) for place in self._phones(data, run)]
        last = 0
        for start, end in sorted(places, key=lambda place: (place[0], -place[1])):
            if start >= last:
                yield start, end
                last = end

    def _phones(self, data: bytes, run: re.Match) -> Iterator[tuple[int, int]]:
        """Of a run of digits, in which several numbers may follow one another, those that begin and end where no digit or letter adjoins."""
        at = [run.start() + place for place, byte in enumerate(run[0]) if 48 <= byte <= 57]
        digits = NO_DIGIT.sub(b"", run[0])
        for first in range(len(at)):
            if at[first] and data[at[first] - 1] in LETTERS | {ord(".")}:
                continue
            for count in self.dialled:
                last = first + count - 1
                if digits[first : last + 1] in self.phones and last < len(at) and data[at[last] + 1 : at[last] + 2].lower() not in ALNUM:
                    before = data[max(at[first] - 2, 0) : at[first]]
                    yield at[first] - len(before) + len(before.rstrip(b"+(")), at[last] + 1

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


def _dialled(digits: bytes) -> set[bytes]:
    """A number as it is dialled, from abroad and at home: where the codes of countries have one digit, as Russia's and North America's, ten more follow."""
    if len(digits) == 10 or (len(digits) == 11 and digits[:1] in (b"1", b"7", b"8")):
        return {code + digits[-10:] for code in (b"", b"1", b"7", b"8")}
    return {digits, b"00" + digits}


def _alone(data: bytes, start: int, end: int) -> bool:
    """Not a part of a longer address or key; a full stop may follow."""
    if start and data[start - 1] in BEFORE:
        return False
    after = data[end : end + 2]
    return not (after and after[0] in LETTERS) and not (len(after) == 2 and after[0] in BETWEEN and after[1] in FOLLOWING)
