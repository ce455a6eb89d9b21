"""Tokens that say which message an answer belongs to, signed, so that nobody answers for another's.

A token is 16 bytes of the message's id and 9 of an HMAC, as 40 letters and digits of base32: it fits into the local part of an address, and
survives mail servers that fold case. Nothing of the person is in it. What else the HMAC covers (the kind, where a link leads, the scope of an
unsubscription) stands beside the token or is known to who checks. Tokens do not expire: an old mail's unsubscription counts.
"""

import base64
import hmac
import re
from functools import cache
from pathlib import Path

from pipelines.privacy.keyed import secret
from pipelines.settings import settings

TOKEN = re.compile(r"[a-z2-7]{40}")
SIGNATURE_BYTES = 9  # 72 bits: guessing goes over the network, one request at a time


def sign(kind: str, message_id: str, about: str = "") -> str:
    """The token of a message for one kind of answer, such as `verp`. ValueError if the id is not 32 hexadecimal digits."""
    message = bytes.fromhex(message_id)
    if len(message) != 16:
        raise ValueError("a message's id is 32 hexadecimal digits")
    return base64.b32encode(message + _signature(_keys()[0], kind, message, about)).decode().lower()


def verify(kind: str, token: str, about: str = "") -> str | None:
    """The id of the message that the token was signed for; None if it was not, or for something else."""
    token = token.lower()
    if not TOKEN.fullmatch(token):
        return None
    told = base64.b32decode(token.upper())
    message, signature = told[:16], told[16:]
    # Every key is tried, so that the time taken tells nothing.
    good = [hmac.compare_digest(signature, _signature(key, kind, message, about)) for key in _keys()]
    return message.hex() if any(good) else None


def _signature(key: bytes, kind: str, message: bytes, about: str) -> bytes:
    return hmac.digest(key, b"\0".join((kind.encode(), message, about.encode())), "sha256")[:SIGNATURE_BYTES]


def _keys() -> list[bytes]:
    """The newest first, which signs."""
    given = settings().collector.secrets
    return [key.get_secret_value().encode() for key in given] or [_key_of_this_installation(settings().data / "responses.key")]


@cache
def _key_of_this_installation(path: Path) -> bytes:
    return secret(path)
