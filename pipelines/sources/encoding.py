"""Which encoding a text file is in, and a UTF-8 copy of it if it is another.

UTF-8 is proved over the whole file; what is not UTF-8 is told apart by its letters. Delimiters are `dialect`'s.
"""

import codecs
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pyarrow as pa

from pipelines.sources.report import Refusal

CHUNK = 4 << 20
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CYRILLIC = ("cp1251", "koi8-r", "cp866")
BROKEN = re.compile("[\udc80-\udcff]")
FREQUENT = "оеаинтсрвлкмдпуя"
MARKS_BESIDE = "ё«»„“”—–№…’‘·•\u00a0"


def detect(path: Path) -> str:
    """The encoding's Python name. A file with a few broken bytes in good UTF-8 is UTF-8: the lines with them are quarantined.

    Raises `Refusal` if it is none of those known here: letters of another alphabet would pass for a name.
    """
    with path.open("rb") as stream:
        sample = stream.read(CHUNK)
    for mark, name in MARKS:
        if sample.startswith(mark):
            return name
    if wide := _without_mark(sample):
        return wide
    return "utf-8" if _is_utf8(path) else _single_byte(path)


def to_utf8(path: Path, encoding: str, target: Path) -> Path:
    """A UTF-8 copy without a mark. Half characters of UTF-16 come out as bytes that are not UTF-8, so their lines are quarantined."""
    wide = encoding.startswith(("utf-16", "utf-32"))
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass" if wide else "replace")
    with path.open("rb") as stream, target.open("wb") as out:
        while chunk := stream.read(CHUNK):
            out.write(decoder.decode(chunk).encode("utf-8", "surrogatepass"))
        try:
            out.write(decoder.decode(b"", final=True).encode("utf-8", "surrogatepass"))
        except UnicodeDecodeError:
            out.write(b"\xff")  # the file ends within a character: its last line goes into quarantine
    return target


def _without_mark(sample: bytes) -> str | None:
    head = sample[:4096]
    if len(head) < 4:
        return None
    even, odd = head[::2].count(0) / len(head[::2]), head[1::2].count(0) / len(head[1::2])
    if odd > 0.3 > even:
        return "utf-16-le"
    return "utf-16-be" if even > 0.3 > odd else None


def is_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8. Arrow proves it in place, four times as fast as decoding Cyrillic would."""
    if data.isascii():
        return True
    offsets = pa.array([0, len(data)], pa.int64()).buffers()[1]
    try:
        pa.LargeBinaryArray.from_buffers(pa.large_binary(), 1, [None, offsets, pa.py_buffer(data)]).cast(pa.large_string())
    except pa.ArrowInvalid:
        return False
    return True


def _is_utf8(path: Path) -> bool:
    rest = b""
    for chunk in _chunks(path):
        data = rest + chunk
        whole = len(data) - _unfinished(data)
        if not is_utf8(data[:whole]):
            return _is_nearly_utf8(path)
        rest = data[whole:]
    return not rest or _is_nearly_utf8(path)


def _unfinished(data: bytes) -> int:
    """How many bytes at the end begin a character that is not complete."""
    for back in range(1, min(3, len(data)) + 1):
        byte = data[-back]
        if byte >= 0xC0:
            return back if back < (2 if byte < 0xE0 else 3 if byte < 0xF0 else 4) else 0
        if byte < 0x80:
            break
    return 0


def _is_nearly_utf8(path: Path) -> bool:
    """Whether good letters beyond ASCII are as many as bad bytes: text in another encoding holds few by chance (cp866 one to four, Big5 one to three)."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    good = bad = 0
    for chunk in _chunks(path):
        text = decoder.decode(chunk)
        broken = len(BROKEN.findall(text))
        good, bad = good + len(chunk) - len(text), bad + broken
    return good >= bad


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _single_byte(path: Path) -> str:
    high = _high_sample(path)
    neighbours = sum(1 for left, right in pairwise(high) if left > 127 and right > 127)
    if neighbours * 3 < sum(byte > 127 for byte in high):
        return "cp1252"  # accents stand alone among latin letters
    likeliest = max(CYRILLIC, key=lambda name: _russian_score(high.decode(name, "replace")))
    if _russian_share(high.decode(likeliest, "replace")) < 0.75:
        raise Refusal("the text is in an encoding that is not known here", "export the file as UTF-8")
    return likeliest


def _high_sample(path: Path) -> bytes:
    """Up to 64 kB around bytes above 127."""
    sample = bytearray()
    with path.open("rb") as stream:
        while (chunk := stream.read(CHUNK)) and len(sample) < 1 << 16:
            if not chunk.isascii():
                first = next(index for index, byte in enumerate(chunk) if byte > 127)
                sample += chunk[max(first - 1, 0) : first + (1 << 16)]
    return bytes(sample)


def _russian_share(text: str) -> float:
    """How much of what is beyond ASCII are letters and marks that Russian is written with."""
    beyond = [letter for letter in text.lower() if letter > "\x7f"]
    return sum("а" <= letter <= "я" or letter in MARKS_BESIDE for letter in beyond) / max(1, len(beyond))


def _russian_score(text: str) -> int:
    lower = sum(text.count(letter) for letter in FREQUENT)
    upper = sum(text.count(letter) for letter in FREQUENT.upper())
    swapped = sum(1 for left, right in pairwise(text) if left.islower() and right.isupper())
    strange = sum(1 for letter in text if letter > "\x7f" and not ("а" <= letter.lower() <= "я" or letter.lower() == "ё"))
    return 2 * lower + upper - 4 * swapped - 4 * strange
