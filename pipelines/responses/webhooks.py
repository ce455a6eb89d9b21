"""Providers' webhooks: is it really theirs, and what is to be kept of it.

Bodies of SendGrid and UniSender Go are kept whole, for the source `esp` reads them. Of Telegram's updates and of Standard Webhooks a line of
ours is made; what a person wrote to a bot is not kept, only that they wrote, or that they want no more. Signatures say nothing of age: a body that is
brought again counts once, by the ids within it.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from pipelines.responses.settings import Webhooks

STOP_WORDS = {"/stop", "stop", "стоп", "отписаться", "unsubscribe"}
KINDS = {"sent", "delivered", "opened", "clicked", "bounced", "complained", "unsubscribed", "replied"}
TOLD = ("provider", "message_id", "provider_message_id", "channel", "identifier_type", "address", "url", "status", "diagnostic", "scope", "user_agent", "ip")
AUTH = re.compile(rb'"auth"\s*:\s*"([0-9a-fA-F]{32})"')

Kept = list[tuple[str, bytes]]  # kind of file, line


class Refused(Exception):
    """Not signed by whom it claims to be from, or nothing that could be kept."""

    def __init__(self, status: int):
        self.status = status


def sendgrid(given: Webhooks, headers: Mapping[str, str], body: bytes) -> Kept:
    """Signed over time and body, with the key that SendGrid shows (ECDSA P-256; Ed25519 is taken too)."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    moment = headers.get("x-twilio-email-event-webhook-timestamp", "").encode()
    key = load_der_public_key(base64.b64decode(_secret(given.sendgrid_public_key)))
    try:
        signature = base64.b64decode(headers.get("x-twilio-email-event-webhook-signature", ""), validate=True)
        key.verify(signature, moment + body, *([ECDSA(SHA256())] if isinstance(key, EllipticCurvePublicKey) else []))
    except (InvalidSignature, binascii.Error, ValueError):
        raise Refused(403) from None
    return [("sendgrid", _one_line(body))]


def unisender(given: Webhooks, headers: Mapping[str, str], body: bytes) -> Kept:
    """Signed within the body: `auth` is the MD5 of the body with the API key in its place."""
    told = AUTH.search(body)
    key = _secret(given.unisender_api_key).encode()
    if not told:
        raise Refused(403)
    expected = hashlib.md5(body[: told.start(1)] + key + body[told.end(1) :], usedforsecurity=False).hexdigest().encode()
    if not hmac.compare_digest(expected, told[1].lower()):
        raise Refused(403)
    return [("unisender", _one_line(body))]


def telegram(given: Webhooks, headers: Mapping[str, str], body: bytes) -> Kept:
    """Telegram repeats the secret that `setWebhook` was given."""
    if not hmac.compare_digest(headers.get("x-telegram-bot-api-secret-token", "").encode(), _secret(given.telegram_secret).encode()):
        raise Refused(403)
    update = _object(body)
    line = {"event_id": f"telegram:{update.get('update_id')}", "channel": "messenger", "provider": "telegram", "identifier_type": "telegram"}
    message, membership = update.get("message"), update.get("my_chat_member")
    if isinstance(message, dict):
        words = str(message.get("text") or "").strip().lower().partition("@")[0]
        line |= {"kind": "unsubscribed", "scope": "marketing/messenger", "method": "reply"} if words in STOP_WORDS else {"kind": "replied"}
        about = message
        if isinstance(answered := message.get("reply_to_message"), dict) and isinstance(answered.get("message_id"), int):
            line["provider_message_id"] = str(answered["message_id"])
    elif isinstance(membership, dict) and isinstance(membership.get("new_chat_member"), dict) and membership["new_chat_member"].get("status") == "kicked":
        line |= {"kind": "bounced", "status": "blocked by the user"}
        about = membership
    else:
        return []
    chat, seconds = about.get("chat"), about.get("date")
    if not isinstance(chat, dict) or not isinstance(chat.get("id"), int) or not isinstance(seconds, int) or not 0 < seconds < 1 << 33:
        raise Refused(400)
    return [("responses", _line(line | {"address": str(chat["id"]), "occurred_at": f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}Z"}))]


def standard(given: Webhooks, headers: Mapping[str, str], body: bytes) -> Kept:
    """Standard Webhooks: `type` ends in a kind of ours (message.delivered), `data` has members of ours."""
    from standardwebhooks.webhooks import Webhook, WebhookVerificationError

    for secret in given.standard_secrets:
        try:
            Webhook(secret.get_secret_value()).verify(body, dict(headers), json_parse=False)
            break
        except (WebhookVerificationError, ValueError):
            continue
    else:
        raise Refused(403 if given.standard_secrets else 404)
    told = _object(body)
    kind, data = str(told.get("type", "")).rpartition(".")[2], told.get("data")
    if kind not in KINDS or not isinstance(data, dict):
        return []
    members = {name: data[name] for name in TOLD if isinstance(data.get(name), str)}
    if not re.fullmatch(r"[0-9a-f]{32}", members.get("message_id", "0" * 32)):
        raise Refused(400)
    known_as = hashlib.md5(headers["webhook-id"].encode(), usedforsecurity=False).hexdigest()
    moment = told.get("timestamp") if isinstance(told.get("timestamp"), str) else f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return [("responses", _line({"event_id": f"standard:{known_as}", "kind": kind, "occurred_at": moment, "provider": "standard_webhooks"} | members))]


PROVIDERS = {"sendgrid": sendgrid, "unisender": unisender, "telegram": telegram, "standard": standard}


def _secret(given: object) -> str:
    if not given:
        raise Refused(404)  # a provider that nobody uses
    return given if isinstance(given, str) else given.get_secret_value()


def _object(body: bytes) -> dict:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400) from None
    if not isinstance(told, dict):
        raise Refused(400)
    return told


def _one_line(body: bytes) -> bytes:
    """As it came if it is one line already; otherwise the same JSON written as one."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400) from None
    if not isinstance(told, dict | list):
        raise Refused(400)
    return body if b"\n" not in body and b"\r" not in body else _line(told)


def _line(told: dict | list) -> bytes:
    return json.dumps(told, ensure_ascii=True).encode()
