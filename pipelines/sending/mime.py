"""An e-mail as bytes, put together by hand: `email.message` takes ten times as long, and is the oracle in the tests instead.

What goes into a header is one line without control characters, whatever the data held; what is not ASCII is encoded (RFC 2047), the text
parts are quoted-printable or base64, so that every line is short ASCII and the body passes any server unchanged.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from email.utils import formatdate

from pipelines.sending.channel import Message

CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
WORD_BYTES = 42  # of text in an encoded word: 56 of base64, 68 with its frame, within the 75 that are allowed
LONGEST_PLAIN = 200


class NotWritable(ValueError):
    """The message cannot be an e-mail: says which part and why, without anybody's values."""


@dataclass(frozen=True)
class Sender:
    """Who the mail is from; the same for every mail of an account."""

    address: str
    name: str = ""
    reply_to: str | None = None
    unsubscribe_address: str | None = None

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def headers(message: Message, sender: Sender, *, token: str, recipient: str, date: float | None = None) -> list[tuple[str, str]]:
    """The headers in the order in which they are written. `token` correlates what comes back by mail; `date` is seconds since 1970."""
    content = message.content
    if not content.subject or not content.subject.strip():
        raise NotWritable("the message has no subject")
    if not (content.html or content.text):
        raise NotWritable("the message has neither text nor HTML")
    found = [
        ("Date", formatdate(date).replace("-0000", "+0000")),
        ("From", mailbox(sender.name, sender.address)),
        ("To", recipient),
        ("Subject", encoded(content.subject, len("Subject: "))),
        ("Message-ID", f"<{message.message_id}@{sender.domain}>"),
        ("X-Message-Id", message.message_id),
        ("MIME-Version", "1.0"),
    ]
    if sender.reply_to:
        found.append(("Reply-To", sender.reply_to))
    if message.purpose == "transactional":
        found.append(("Auto-Submitted", "auto-generated"))
    else:
        found += _bulk(message, sender, token)
    return found


def _bulk(message: Message, sender: Sender, token: str) -> list[tuple[str, str]]:
    """What receivers ask of mail to many: RFC 2369, RFC 8058, and the identifiers of a feedback loop."""
    url = message.unsubscribe_url or ""
    if not url.startswith("https://") or CONTROL.search(url) or set(url) & set("<> "):
        raise NotWritable("a marketing e-mail has an unsubscribe link that begins with https://")
    ways = [f"<{url}>"] + ([f"<mailto:{sender.unsubscribe_address}?subject={token}>"] if sender.unsubscribe_address else [])
    return [
        ("List-Unsubscribe", ",\r\n ".join(ways)),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Feedback-ID", f"{message.scenario or 'none'}:{message.purpose}:{message.channel}:{sender.domain}"),
        ("Precedence", "bulk"),
    ]


def body(message: Message) -> tuple[list[tuple[str, str]], bytes]:
    """The headers of the content, and the content: text and HTML as alternatives, or the one that there is."""
    content = message.content
    parts = [part(kind, text) for kind, text in (("plain", content.text), ("html", content.html)) if text]
    if len(parts) == 1:
        return parts[0]
    # Hexadecimal digits after "=_" cannot stand at the start of a line of quoted-printable or base64.
    boundary = f"=_{message.message_id}"
    opened = [f"--{boundary}\r\n{lines(head)}\r\n".encode() + text for head, text in parts]
    return [("Content-Type", f'multipart/alternative;\r\n boundary="{boundary}"')], b"".join(opened) + f"--{boundary}--\r\n".encode()


def part(kind: str, text: str) -> tuple[list[tuple[str, str]], bytes]:
    """One text part. Mostly ASCII stays readable as quoted-printable; Cyrillic is a third shorter in base64."""
    whole = re.sub(r"\r\n|\r|\n", "\r\n", text).encode("utf-8", "replace")
    if sum(byte > 127 for byte in whole[:2000]) * 6 < len(whole[:2000]):
        encoding, coded = "quoted-printable", re.sub(rb"(?<!\r)\n", b"\r\n", binascii.b2a_qp(whole, istext=True))
    else:
        coded = base64.b64encode(whole)
        encoding, coded = "base64", b"\r\n".join(coded[at : at + 76] for at in range(0, len(coded), 76))
    return [("Content-Type", f"text/{kind}; charset=utf-8"), ("Content-Transfer-Encoding", encoding)], coded + b"\r\n"


def lines(found: list[tuple[str, str]]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in found)


def mailbox(name: str, address: str) -> str:
    name = one_line(name)
    if not name:
        return address
    return f"{name if ATOM.fullmatch(name) else _quoted(name) if name.isascii() else encoded(name, 6)} <{address}>"


def encoded(text: str, taken: int) -> str:
    """A header's text: as it is if it is plain, else as encoded words, folded. `taken` is what the line already holds."""
    text = one_line(text)
    if text.isascii() and "=?" not in text and len(text) + taken < LONGEST_PLAIN:
        return text
    words, word = [], b""
    for letter in text:
        coded = letter.encode("utf-8", "replace")
        if len(word) + len(coded) > WORD_BYTES - (taken if not words else 0):
            words.append(word)
            word = b""
        word += coded
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(word).decode()}?=" for word in (*words, word) if word)


def one_line(text: str) -> str:
    return CONTROL.sub(" ", text).strip()


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
