"""How a text becomes SMS: its encoding, its parts and what they cost.

A part holds 140 octets. In the default alphabet (GSM 03.38, 3GPP TS 23.038) a character takes one septet or, behind an escape, two: 160
fit. Anything else is sent as UCS-2, which in practice is UTF-16: 70 fit. Of several parts each gives six octets to the header that puts
them together (UDH, 3GPP TS 23.040): 153 and 67 remain. A pair, of escape or of surrogates, is never torn.
"""

from dataclasses import dataclass
from decimal import Decimal

BASIC = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
EXTENDED = {"\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65}
ESCAPE = 0x1B
CODES = {character: bytes([place]) for place, character in enumerate(BASIC) if place != ESCAPE} | {
    character: bytes([ESCAPE, code]) for character, code in EXTENDED.items()
}
ALONE, TOGETHER = {"gsm7": 160, "ucs2": 140}, {"gsm7": 153, "ucs2": 134}  # units: septets, octets
MOST_PARTS = 255


@dataclass(frozen=True)
class SmsText:
    """A text as it is sent. `parts` are without headers: septets one per octet as SMPP carries them, or UTF-16 big-endian."""

    encoding: str
    parts: tuple[bytes, ...]
    outside: str  # the characters that do not fit the default alphabet, each once

    def cost(self, price: Decimal) -> Decimal:
        """What it costs at this price of a part."""
        return price * len(self.parts)


def sms_text(text: str) -> SmsText:
    """Cut a text into parts. ValueError if it is empty, needs more than 255 parts, or is not text (half of a surrogate pair)."""
    if not text:
        raise ValueError("an SMS needs a text")
    outside = "".join(dict.fromkeys(character for character in text if character not in CODES))
    encoding = "ucs2" if outside else "gsm7"
    characters = [character.encode("utf-16-be") if outside else CODES[character] for character in text]
    alone = sum(map(len, characters)) <= ALONE[encoding]
    parts = (b"".join(characters),) if alone else tuple(_cut(characters, TOGETHER[encoding]))
    if len(parts) > MOST_PARTS:
        raise ValueError(f"the text takes {len(parts)} parts of SMS, more than {MOST_PARTS}: shorten it")
    return SmsText(encoding, parts, outside)


def headed(text: SmsText, reference: int) -> list[bytes]:
    """The parts with the header by which the phone puts them together; a single part has none. `reference`, 0 to 255, tells messages apart."""
    if len(text.parts) == 1:
        return list(text.parts)
    return [bytes([5, 0, 3, reference, len(text.parts), number]) + part for number, part in enumerate(text.parts, start=1)]


def _cut(characters: list[bytes], room: int) -> list[bytes]:
    parts, part = [], bytearray()
    for character in characters:
        if len(part) + len(character) > room:
            parts.append(bytes(part))
            part.clear()
        part += character
    return [*parts, bytes(part)]
