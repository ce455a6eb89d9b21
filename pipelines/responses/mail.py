"""Mails that come back: bounces (RFC 3464), complaints (ARF, RFC 5965), unsubscriptions by mail, replies. Each becomes a line like the collector's.

Which message it is about: the signed token in the address that it was sent to (VERP) or in the subject; else the header of the returned part;
else, for staging to look up, the recipient that the report names. The text of a mail is not kept, and addresses are taken out of diagnostics.
What a bounce means is staging's; a mail that nothing can be made of is a line that says so.
"""

import email
import hashlib
import json
import re
from datetime import UTC, datetime
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path

from pipelines.responses.tokens import verify

LARGEST = 4 << 20  # of a mail; what is larger is cut: reports stand before what they return
FROM_LINE = re.compile(rb"^From [^\r\n]*\r?\n", re.MULTILINE)
HEADER = re.compile(rb"\A(From [^\n]*\n|[A-Za-z][A-Za-z0-9-]{0,60}:[ \t\r\n])")
TOKEN = re.compile(r"(?<![a-z2-7])[a-z2-7]{40}(?![a-z2-7])", re.IGNORECASE)
OUR_ID = re.compile(r"<([0-9a-f]{32})@")
STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
ADDRESS = re.compile(r"\S+@\S+")
DELIVERED_TO = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "return-path", "original-mail-from", "original-recipient")
ACTIONS = {"failed": "bounced", "delayed": "deferred", "delivered": "delivered", "relayed": "delivered", "expanded": "delivered"}
ROBOTS = re.compile(r"mailer-daemon|postmaster", re.IGNORECASE)


def looks_like_mail(head: bytes) -> bool:
    return bool(HEADER.match(head))


def split(data: bytes) -> list[bytes]:
    """The mails of an mbox, each with its From line; one that is no mbox is the only one."""
    if not data.startswith(b"From "):
        return [data]
    starts = [found.start() for found in FROM_LINE.finditer(data) if found.start() == 0 or data[: found.start()].endswith((b"\n\n", b"\r\n\r\n"))]
    return [data[start:end] for start, end in zip(starts, [*starts[1:], len(data)], strict=True)]


def to_lines(path: Path, target: Path) -> Path:
    """A file with a line per mail, in their order."""
    with target.open("w", encoding="ascii") as out:
        for data in split(path.read_bytes()):
            out.write(json.dumps(read(data), ensure_ascii=True) + "\n")
    return target


def read(data: bytes) -> dict[str, str]:
    """What one mail says. Never raises: mails come from anybody."""
    identity = data
    try:
        mail = email.message_from_bytes(FROM_LINE.sub(b"", data[:LARGEST], count=1) if data.startswith(b"From ") else data[:LARGEST])
        told = _told(mail)
        identity = str(mail.get("Message-ID", "")).strip().encode() or data  # a mailbox program changes other headers
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        told = {"kind": "unreadable"}
    known_as = hashlib.md5(identity, usedforsecurity=False).hexdigest()
    return {"event_id": f"mail:{known_as}", "channel": "email"} | {name: value for name, value in told.items() if value}


def _told(mail: Message) -> dict[str, str | None]:
    parts = list(mail.walk())[:200]
    report = _part(parts, "message/delivery-status")
    feedback = _part(parts, "message/feedback-report")
    returned = _returned(parts)
    is_robot = bool(ROBOTS.search(str(mail.get("From", "")))) or str(mail.get("Return-Path", "")).strip() == "<>"
    told: dict[str, str | None] = {"occurred_at": _moment(mail)}
    if feedback is not None:
        told |= _feedback(feedback)
    elif report is not None:
        told |= _report(report)
    elif _message(TOKEN.findall(str(mail.get("Subject", ""))), "unsubscribe"):
        told |= {"kind": "unsubscribed", "scope": "marketing/email", "method": "mail"}
    elif is_robot:  # a bounce in words only
        words = _words(parts)
        told |= {"kind": "bounced", "status": _first(STATUS.findall(words)), "diagnostic": words}
    else:
        told |= {"kind": "replied", "auto": "true" if _is_automatic(mail) else None}
    return told | _about(mail, returned, feedback, told.pop("recipient", None))


def _about(mail: Message, returned: Message | None, feedback: Message | None, recipient: str | None) -> dict[str, str | None]:
    """The message, by what can be trusted most; the recipient only where nothing names a message."""
    seen = [str(value) for one in (mail, returned, feedback) if one is not None for name in DELIVERED_TO for value in one.get_all(name, [])]
    subject = str(mail.get("Subject", ""))
    candidates = [token for text in seen for token in TOKEN.findall(text)]
    if message_id := _message(candidates, "verp") or _message(TOKEN.findall(subject), "unsubscribe"):
        return {"message_id": message_id, "matched_by": "token"}
    named = [str(returned.get(name, "")) for name in ("X-Message-Id", "Message-ID")] if returned is not None else []
    answered = f"{mail.get('In-Reply-To', '')} {mail.get('References', '')}"
    for text in (*(f"<{name.strip()}@" if re.fullmatch(r"\s*[0-9a-f]{32}\s*", name) else name for name in named), answered):
        if found := OUR_ID.findall(text):
            return {"message_id": found[-1], "matched_by": "header"}
    return {"identifier_type": "email", "address": recipient, "matched_by": "address"} if recipient else {}


def _report(report: Message) -> dict[str, str | None]:
    """Of a report on several recipients the first that failed, or the first: ours go to one each."""
    blocks = [block for block in report.get_payload() if isinstance(block, Message) and block.get("Action")] if report.is_multipart() else []
    if not blocks:
        return {"kind": "unreadable"}
    block = next((one for one in blocks if _word(one, "Action") == "failed"), blocks[0])
    return {
        "kind": ACTIONS.get(_word(block, "Action"), "unreadable"),
        "status": _first(STATUS.findall(str(block.get("Status", "")))),
        "diagnostic": _masked(str(block.get("Diagnostic-Code", "")).partition(";")[2]),
        "recipient": _address(block.get("Original-Recipient") or block.get("Final-Recipient")),
    }


def _feedback(feedback: Message) -> dict[str, str | None]:
    kind = {"not-spam": "not_spam", "opt-out": "unsubscribed", "opt-out-list": "unsubscribed"}.get(_word(feedback, "Feedback-Type"), "complained")
    scope = {"scope": "marketing/email", "method": "mail"} if kind == "unsubscribed" else {}
    return {"kind": kind, "status": _word(feedback, "Feedback-Type"), "recipient": _address(feedback.get("Original-Rcpt-To"))} | scope


def _part(parts: list[Message], kind: str) -> Message | None:
    """The part of this type; what stands in it as text is read as headers."""
    for part in parts:
        if part.get_content_type() == kind:
            if kind == "message/feedback-report":
                inner = part.get_payload(0) if part.is_multipart() else None
                if inner is not None and inner.get("Feedback-Type"):
                    return inner
                text = part.get_payload(decode=True) or (inner.as_bytes() if inner is not None else b"")
                return email.message_from_bytes(text.lstrip())
            return part
    return None


def _returned(parts: list[Message]) -> Message | None:
    """The headers of the message that came back, whole or alone."""
    for part in parts:
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            return part.get_payload(0)
        if part.get_content_type() in ("text/rfc822-headers", "message/rfc822-headers"):
            return email.message_from_bytes(part.get_payload(decode=True) or str(part.get_payload()).encode("utf-8", "replace"))
    return None


def _message(tokens: list[str], kind: str) -> str | None:
    return _first([message for token in tokens[:50] if (message := verify(kind, token))])


def _words(parts: list[Message]) -> str:
    text = next((part.get_payload(decode=True) or b"" for part in parts if part.get_content_type() == "text/plain"), b"")
    return _masked(text[:4000].decode("utf-8", "replace"))


def _masked(text: str) -> str:
    """One short line without addresses."""
    return ADDRESS.sub("***", re.sub(r"[\x00-\x20\x7f-\x9f]+", " ", text)).strip()[:300]


def _address(value: object) -> str | None:
    found = [address for _, address in getaddresses([str(value or "").partition(";")[2] or str(value or "")]) if "@" in address]
    return _first(found[:1] if found and len(found[0]) <= 254 else [])


def _moment(mail: Message) -> str | None:
    """As the mail says; what cannot be is left out, and the file's own time counts."""
    try:
        moment = parsedate_to_datetime(str(mail.get("Date", "")))
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment.year >= 2000 and moment <= datetime.now(UTC) else None


def _is_automatic(mail: Message) -> bool:
    is_auto = _word(mail, "Auto-Submitted") not in ("", "no")
    return is_auto or bool(mail.get("X-Autoreply") or mail.get("X-Autorespond")) or _word(mail, "Precedence") in ("bulk", "junk", "auto_reply")


def _word(mail: Message, name: str) -> str:
    return str(mail.get(name, "")).partition(";")[0].strip().lower()


def _first(found: list[str]) -> str | None:
    return found[0] if found else None
