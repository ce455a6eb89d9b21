"""Providers' webhooks over real HTTP: what is really theirs is kept, all else is refused."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from listening import heard
from standardwebhooks.webhooks import Webhook

from pipelines.responses import webhooks
from pipelines.responses.settings import Webhooks

MESSAGE = "0123456789abcdef0123456789abcdef"
# The vector that SendGrid publishes with its libraries.
SENDGRID = {
    "key": "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA==",
    "signature": "MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2j/0=",
    "timestamp": "1588788367",
    "payload": b'{"category":"example_payload","event":"test_event","message_id":"message_id"}',
}
WHSEC = "whsec_" + base64.b64encode(b"s" * 32).decode()
TELEGRAM = "a-secret-of-telegram"


def signed_by(kind: str):
    """A key as SendGrid would show it, and what signs with it."""
    if kind == "ecdsa":
        private = ec.generate_private_key(ec.SECP256R1())
        sign = lambda data: private.sign(data, ec.ECDSA(SHA256()))  # noqa: E731
    else:
        private = ed25519.Ed25519PrivateKey.generate()
        sign = private.sign
    return base64.b64encode(private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode(), sign


def sendgrid_headers(sign, body: bytes, moment: bytes = b"1767225600") -> dict[str, str]:
    return {"X-Twilio-Email-Event-Webhook-Timestamp": moment.decode(), "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(sign(moment + body)).decode()}


def test_the_vector_that_sendgrid_publishes_is_verified():
    headers = {"x-twilio-email-event-webhook-timestamp": SENDGRID["timestamp"], "x-twilio-email-event-webhook-signature": SENDGRID["signature"]}
    given = Webhooks(sendgrid_public_key=SENDGRID["key"])
    assert webhooks.sendgrid(given, headers, SENDGRID["payload"]) == [("sendgrid", SENDGRID["payload"])]
    for changed in (SENDGRID["payload"] + b"\r\n", SENDGRID["payload"].replace(b"test", b"best")):
        with pytest.raises(webhooks.Refused):
            webhooks.sendgrid(given, headers, changed)


@pytest.mark.parametrize("kind", ["ecdsa", "ed25519"])
def test_a_body_of_sendgrid_is_kept_as_it_came_if_it_is_signed(running, kind):
    key, sign = signed_by(kind)
    one = running(webhooks={"sendgrid_public_key": key})
    body = b'[{"email":"anna@example.com","event":"open","sg_event_id":"1","timestamp":1767225600}]'
    assert one.http.post("/w/sendgrid", content=body, headers=sendgrid_headers(sign, body)).status_code == 204
    pretty = json.dumps(json.loads(body), indent=1).encode()
    assert one.http.post("/w/sendgrid", content=pretty, headers=sendgrid_headers(sign, pretty)).status_code == 204
    for bad in ({}, sendgrid_headers(sign, body + b" "), sendgrid_headers(sign, body) | {"X-Twilio-Email-Event-Webhook-Timestamp": "1"},
                sendgrid_headers(signed_by(kind)[1], body), {"X-Twilio-Email-Event-Webhook-Signature": "!!!"}):  # fmt: skip
        assert one.http.post("/w/sendgrid", content=body, headers=bad).status_code == 403
    nonsense = b'"\xff'
    assert one.http.post("/w/sendgrid", content=nonsense, headers=sendgrid_headers(sign, nonsense)).status_code == 400
    deep = b"[" * 100_000
    assert one.http.post("/w/sendgrid", content=deep, headers=sendgrid_headers(sign, deep)).status_code == 400
    assert heard("sendgrid") == [json.loads(body)] * 2


def test_a_body_of_unisender_is_kept_if_its_sum_is_right(running):
    one = running(webhooks={"unisender_api_key": "key-of-unisender"})
    blank = '{"auth":"%s","events_by_user":[{"events":[{"event_data":{"email":"anna@example.com","status":"opened","comment":"\\"auth\\":\\"x\\""}}]}]}'
    body = (blank % hashlib.md5((blank % "key-of-unisender").encode()).hexdigest()).encode()
    assert one.http.post("/w/unisender", content=body).status_code == 204
    for bad in (body.replace(b"opened", b"hard_bounced"), b"{}", b'{"auth":1}', body.replace(b'"auth"', b'"other"', 1)):
        assert one.http.post("/w/unisender", content=bad).status_code == 403
    assert heard("unisender") == [json.loads(body)]


def telegram(**update: object) -> bytes:
    return json.dumps({"update_id": 7} | update).encode()


def test_of_telegrams_updates_stops_replies_and_blocks_are_kept_and_not_the_words(running):
    one = running(webhooks={"telegram_secret": TELEGRAM})
    secret = {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM}
    chat = {"chat": {"id": 42, "type": "private", "username": "canary"}, "date": 1767225600}
    bodies = [
        telegram(update_id=1, message=chat | {"text": " /Stop "}),
        telegram(update_id=2, message=chat | {"text": "canary words", "reply_to_message": {"message_id": 9}}),
        telegram(update_id=3, my_chat_member=chat | {"new_chat_member": {"status": "kicked"}}),
        telegram(update_id=4, edited_message=chat),
    ]
    assert [one.http.post("/w/telegram", content=body, headers=secret).status_code for body in bodies] == [204] * 4
    assert one.http.post("/w/telegram", content=bodies[0]).status_code == 403
    for nonsense in (b"[]", b"{", telegram(message={"chat": 1, "date": 1}), telegram(message=chat | {"date": 1 << 60}), telegram(message={"text": "x"})):
        assert one.http.post("/w/telegram", content=nonsense, headers=secret).status_code == 400
    lines = sorted(heard(), key=lambda line: line["event_id"])
    assert [(line["kind"], line["address"], line.get("provider_message_id")) for line in lines] == [
        ("unsubscribed", "42", None), ("replied", "42", "9"), ("bounced", "42", None),
    ]  # fmt: skip
    assert "canary" not in json.dumps(lines)


def standard(body: str, *, secret: str = WHSEC, at: datetime | None = None, known_as: str = "msg_1") -> dict[str, str]:
    at = at or datetime.now(UTC)
    return {"webhook-id": known_as, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": Webhook(secret).sign(known_as, at, body)}


def test_standard_webhooks_become_lines_and_one_that_comes_again_counts_once(running):
    one = running(webhooks={"standard_secrets": ["whsec_" + base64.b64encode(b"o" * 32).decode(), WHSEC]})
    body = json.dumps({"type": "message.delivered", "timestamp": "2026-01-01T00:00:00Z", "data": {"message_id": MESSAGE, "channel": "sms", "evil": {"x": 1}}})
    assert [one.http.post("/w/standard", content=body, headers=standard(body)).status_code for _ in range(2)] == [204, 204]
    lines = heard()
    assert {line["event_id"] for line in lines} == {lines[0]["event_id"]} and lines[0]["kind"] == "delivered" and "evil" not in lines[0]
    old = datetime.now(UTC) - timedelta(hours=1)
    for bad in ({}, standard(body + " "), standard(body, secret="whsec_" + base64.b64encode(b"x" * 32).decode()), standard(body, at=old), standard(body) | {"webhook-signature": "v1"}):  # fmt: skip
        assert one.http.post("/w/standard", content=body, headers=bad).status_code == 403
    other = json.dumps({"type": "invoice.paid", "data": {}})
    assert one.http.post("/w/standard", content=other, headers=standard(other)).status_code == 204
    forged = json.dumps({"type": "message.opened", "data": {"message_id": "'; drop table x"}})
    assert one.http.post("/w/standard", content=forged, headers=standard(forged)).status_code == 400
    assert len(heard()) == 2


def test_a_provider_that_nobody_uses_is_not_listened_to(running):
    one = running()
    assert [
        one.http.post(f"/w/{name}", content=b'{"auth":"' + b"0" * 32 + b'"}').status_code for name in ("sendgrid", "unisender", "telegram", "standard", "other")
    ] == [404] * 5
