"""Where the records of a delimited file begin and end, and which of them do not fit its header.

Exact and independent of the parser that reads the cells, so that the two counts can be held against each other. A block of well-formed lines is
judged by arithmetic over its bytes; a block with a stray quote goes line by line, so that an unclosed quote costs one
line and not the rest of the file.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from pipelines.sources import quotes
from pipelines.sources.encoding import is_utf8
from pipelines.sources.report import BadRow

TAB, NEWLINE, RETURN, QUOTE = 9, 10, 13, 34
LONGEST = 1 << 20  # bytes of one record


@dataclass
class Block:
    """Records of one stretch of the file."""

    size: int  # bytes of the stretch
    good: bytes  # its records that fit the header, well-formed
    lines: np.ndarray  # first line of each of them, counted from the stretch's own first line
    line_count: int  # physical lines in the stretch
    bad: list[BadRow] = field(default_factory=list)


@dataclass(frozen=True)
class Splitter:
    """Splits the bytes below a header into records."""

    delimiter: int
    width: int
    ending: bytes  # the file's line ending

    def split(self, data: bytes, at_end: bool) -> Block | None:
        """The complete records at the start of `data`; None if it holds none yet."""
        if at_end and not data.endswith(b"\n"):
            data += self.ending
        complete = data[: data.rfind(b"\n") + 1]  # a chunk may end within a character
        return self._regular(complete, at_end, len(data) - len(complete)) or self._line_by_line(data, at_end)

    def _regular(self, data: bytes, at_end: bool, rest: int) -> Block | None:
        """The stretch by arithmetic; None if it is anything but well-formed."""
        if not is_utf8(data) or b"\x00" in data:
            return None
        codes = np.frombuffer(data, np.uint8)
        places = (
            np.flatnonzero((codes == self.delimiter) | (codes == NEWLINE) | (codes == QUOTE))
            if QUOTE in data
            else np.flatnonzero((codes == self.delimiter) | (codes == NEWLINE))
        )
        kinds = codes[places]
        breaks = places[kinds == NEWLINE]
        if QUOTE in data:
            outside = self._outside_quotes(codes, places, kinds)
            if outside is None:
                return None
            places, kinds = places[outside], kinds[outside]
        ends_at = np.flatnonzero(kinds == NEWLINE)
        if not len(ends_at):
            return None
        ends = places[ends_at]
        size = int(ends[-1]) + 1
        if (at_end and size < len(data)) or (len(data) + rest - size > LONGEST) or not self._has_one_ending(data[:size], codes, ends):
            return None
        starts = np.concatenate(([0], ends[:-1] + 1))
        cells = np.diff(ends_at, prepend=-1)
        blank = (ends - starts) <= len(self.ending) - 1
        lines = np.searchsorted(breaks, starts)
        line_count = int(np.searchsorted(breaks, size))
        wrong = (cells != self.width) & ~blank
        over_lines = np.searchsorted(breaks, ends) > lines
        if (over_lines & (wrong | (self.delimiter == TAB))).any() or (ends - starts).max() > LONGEST:
            return None  # a record over several lines that does not fit: a quote may have swallowed others
        if not (wrong.any() or blank.any()):
            return Block(size, data[:size], lines, line_count)
        bad = [_wrong_width(int(lines[at]), int(cells[at]), self.width, data[starts[at] : ends[at]]) for at in np.flatnonzero(wrong)]
        return Block(size, _without(data, size, starts, ends, wrong | blank), lines[~wrong & ~blank], line_count, bad)

    def _outside_quotes(self, codes: np.ndarray, places: np.ndarray, kinds: np.ndarray) -> np.ndarray | None:
        """Which delimiters and line ends stand outside quotes; None if a quote stands where none may."""
        is_quote = kinds == QUOTE
        inside = np.cumsum(is_quote) & 1
        opening, closing = places[is_quote & (inside == 1)], places[is_quote & (inside == 0)]
        before = np.where(opening > 0, codes[np.maximum(opening - 1, 0)], NEWLINE)
        after = codes[np.minimum(closing + 1, len(codes) - 1)]
        if not (np.isin(before, (self.delimiter, NEWLINE, QUOTE)).all() and np.isin(after, (self.delimiter, NEWLINE, QUOTE, RETURN)).all()):
            return None
        return ~is_quote & (inside == 0)

    def _has_one_ending(self, data: bytes, codes: np.ndarray, ends: np.ndarray) -> bool:
        """Whether every record ends as the file's first line does, and no carriage return stands anywhere else."""
        returns = int((codes[np.maximum(ends - 1, 0)] == RETURN).sum())
        if self.ending == b"\r\n":
            return returns == len(ends) and data.count(b"\r") == data.count(b"\r\n")
        return b"\r" not in data

    def _line_by_line(self, data: bytes, at_end: bool) -> Block | None:
        """The stretch record by record. The last record waits for more bytes if a quote in it is still open."""
        lines = data.split(b"\n")
        lines.pop()  # what follows the last line end
        bad, good, starts, at, size = [], [], [], 0, 0
        while at < len(lines):
            taken, cells, problem = self._record(lines, at)
            if problem == "open" and not at_end and len(data) - size < LONGEST:
                break
            raw = b"\n".join(lines[at : at + taken])
            if problem:
                bad.append(BadRow(at, *PROBLEMS[problem], _text(raw)))
            elif cells is not None and len(cells) != self.width:
                bad.append(_wrong_width(at, len(cells), self.width, raw))
            elif cells is not None:
                good.append(quotes.written(cells, self.delimiter))
                starts.append(at)
            at, size = at + taken, size + len(raw) + 1
        if not at:
            return None
        return Block(size, b"".join(line + self.ending for line in good), np.array(starts, np.int64), at, bad)

    def _record(self, lines: list[bytes], at: int) -> tuple[int, list[bytes] | None, str | None]:
        """The record that begins at this line: how many lines it takes, its cells (None: blank) and what is wrong with it."""
        line = lines[at].removesuffix(b"\r")
        if not line.strip():
            return 1, None, None
        if not is_utf8(line):
            return 1, None, "bytes"
        if len(line) > LONGEST:
            return 1, None, "size"
        if b'"' not in line:
            return 1, line.replace(b"\x00", b"").split(bytes([self.delimiter])), None
        cells = quotes.cells(line, self.delimiter)
        if cells is not None:
            return 1, cells, None
        if self.delimiter == TAB and line.count(b"\t") + 1 == self.width:
            return 1, line.replace(b"\x00", b"").split(b"\t"), None  # tab-separated logs do not quote: theirs are ordinary characters
        return self._several_lines(lines, at)

    def _several_lines(self, lines: list[bytes], at: int) -> tuple[int, list[bytes] | None, str | None]:
        """A record whose quotes do not close in its first line: the lines that close them, if the whole then fits the header."""
        joined = lines[at]
        for taken, line in enumerate(lines[at + 1 :], start=2):
            joined += b"\n" + line
            if len(joined) > LONGEST:
                return 1, None, "unclosed"
            if b'"' in line:
                cells = quotes.cells(joined.removesuffix(b"\r"), self.delimiter)
                if cells is not None:
                    return (taken, cells, None) if len(cells) == self.width and is_utf8(joined) else (1, None, "unclosed")
                if not quotes.may_still_close(joined, self.delimiter):
                    return 1, None, "unclosed"
        return 1, None, "open" if quotes.may_still_close(joined, self.delimiter) else "unclosed"


PROBLEMS = {
    "bytes": ("bytes that are not text in the file's encoding", "export the file as UTF-8, or correct this line"),
    "size": ("a line of more than a million bytes", "look for a missing line end in the file"),
    "unclosed": ("a quote that is never closed, or stands in the middle of a quoted value", 'close the quote, or double it ("") within a value'),
    "open": ("a quote that is never closed, or stands in the middle of a quoted value", 'close the quote, or double it ("") within a value'),
}


def _wrong_width(line: int, found: int, width: int, raw: bytes) -> BadRow:
    remedy = "add the missing cells" if found < width else "quote the value that holds the delimiter, or remove the cells without a header"
    return BadRow(line, f"{found} cells instead of {width}", remedy, _text(raw))


def _without(data: bytes, size: int, starts: np.ndarray, ends: np.ndarray, dropped: np.ndarray) -> bytes:
    cuts = np.flatnonzero(dropped)
    froms, tos = [0, *(ends[cuts] + 1)], [*starts[cuts], size]
    return b"".join(data[begin:end] for begin, end in zip(froms, tos, strict=True))


def _text(raw: bytes) -> str:
    """The line as it stands, with what is not text spelled as `\\xNN` and without NUL."""
    return raw.removesuffix(b"\r").decode("utf-8", "backslashreplace").replace("\x00", "\\x00")


def blocks(splitter: Splitter, chunks: Iterator[bytes]) -> Iterator[Block]:
    """The blocks of a file, one after another."""
    rest = b""
    for chunk in chunks:
        rest += chunk
        while (block := splitter.split(rest, at_end=False)) is not None:
            yield block
            rest = rest[block.size :]
            if b"\n" not in rest:
                break
    while rest and (block := splitter.split(rest, at_end=True)) is not None:
        yield block
        rest = rest[block.size :]
