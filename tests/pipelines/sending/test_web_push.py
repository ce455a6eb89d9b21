"""Web push to a local push service: the browser's side decrypts by http_ece, and the sender's signature is checked."""

import asyncio
import base64
import csv
import json
import os
from datetime import datetime

import http_ece
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from http_peer import DROP, Peer
from messages import CYRILLIC, message

from pipelines.sending.channels.settings import WebPushSettings
from pipelines.sending.channels.web_push import WebPush
from pipelines.sources.landing import land
from pipelines.warehouse import connect


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


BROWSER, AUTH, SENDER = ec.generate_private_key(ec.SECP256R1()), os.urandom(16), ec.generate_private_key(ec.SECP256R1())
PRIVATE = b64(SENDER.private_numbers().private_value.to_bytes(32))


def subscription(url: str, **keys: str) -> str:
    return json.dumps({"endpoint": f"{url}/push/1", "keys": {"p256dh": b64(point(BROWSER)), "auth": b64(AUTH)} | keys})


def sent(answer=lambda request: (201, "", {"Location": "https://push.example.com/m/9"}), *, address=subscription, **more):
    async def run():
        async with Peer(answer) as peer:
            settings = WebPushSettings(
                private_key=PRIVATE, contact="mailto:push@example.com", private_addresses=more.pop("private_addresses", True), timeout=0.5
            )
            async with WebPush(settings) as channel:
                given = {"subject": "Корзина ждёт", "url": "https://shop.example.com/cart"} | more
                return await channel.send(message("web_push", address(peer.url), given.pop("text", CYRILLIC), **given)), peer

    return asyncio.run(run())


def test_the_browser_decrypts_what_was_said():
    result, peer = sent()
    (request,) = peer.requests
    assert (result.outcome, result.provider_message_id) == ("accepted", "https://push.example.com/m/9")
    read = http_ece.decrypt(request.body, private_key=BROWSER, auth_secret=AUTH, version="aes128gcm")
    assert json.loads(read) == {
        "title": "Корзина ждёт", "body": CYRILLIC, "url": "https://shop.example.com/cart", "message_id": f"{1:032x}", "lang": "ru",
    }  # fmt: skip
    assert (request.headers["content-encoding"], request.headers["ttl"], request.headers["urgency"]) == ("aes128gcm", "86400", "normal")
    assert request.headers["topic"] == f"{1:032x}", "at most 32 characters of base64url (RFC 8030, 5.4)"


def test_the_sender_is_signed_for_that_push_service_alone():
    _, peer = sent()
    parts = dict(part.strip().split("=", 1) for part in peer.requests[0].headers["authorization"].removeprefix("vapid ").split(","))
    assert unb64(parts["k"]) == point(SENDER)
    head, claims, signature = parts["t"].split(".")
    raw = unb64(signature)
    der = utils.encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    SENDER.public_key().verify(der, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    assert json.loads(unb64(head))["alg"] == "ES256"
    said = json.loads(unb64(claims))
    assert (said["aud"], said["sub"]) == (peer.url, "mailto:push@example.com")


def test_a_template_may_set_how_long_and_how_urgent():
    _, peer = sent(data={"ttl": "600", "urgency": "high", "topic": "cart", "icon": "https://shop.example.com/i.png"})
    (request,) = peer.requests
    assert [request.headers[name] for name in ("ttl", "urgency", "topic")] == ["600", "high", "cart"]
    assert json.loads(http_ece.decrypt(request.body, private_key=BROWSER, auth_secret=AUTH, version="aes128gcm"))["icon"]


@pytest.mark.parametrize(
    ("answer", "outcome", "is_recipient", "retry_after"),
    [
        (lambda request: 404, "failed", True, None),
        (lambda request: 410, "failed", True, None),
        (lambda request: (429, "", {"Retry-After": "60"}), "deferred", False, None),
        (lambda request: 503, "deferred", False, None),
        (lambda request: 413, "failed", False, None),
        (lambda request: 403, "deferred", False, None),
        (lambda request: (302, "", {"Location": "/"}), "failed", False, None),
        (lambda request: DROP, "unknown", False, None),
    ],
)
def test_what_an_answer_means(answer, outcome, is_recipient, retry_after):
    result, peer = sent(answer)
    assert (result.outcome, result.is_recipient, result.retry_after, len(peer.requests)) == (outcome, is_recipient, retry_after, 1)


def test_a_template_cannot_add_headers():
    result, peer = sent(data={"urgency": "high\r\nX-Evil: 1"})
    assert (result.outcome, result.code, peer.requests) == ("failed", "bad_request", [])


BAD_POINT = b64(b"\x04" + bytes(64))


@pytest.mark.parametrize(
    "address",
    [
        lambda url: "", lambda url: "null", lambda url: "{}", lambda url: json.dumps({"endpoint": url}), lambda url: json.dumps({"endpoint": 5, "keys": {}}),
        lambda url: subscription(url, p256dh="AAAA"), lambda url: subscription(url, p256dh=BAD_POINT), lambda url: subscription(url, auth="!"),
        lambda url: subscription(url, auth=""), lambda url: subscription(url, p256dh=b64(point(BROWSER)[:40])),
    ],
)  # fmt: skip
def test_a_subscription_that_cannot_be_used_is_the_recipients_and_harms_nobody(address):
    result, peer = sent(address=address)
    assert (result.outcome, result.code, result.is_recipient, peer.requests) == ("failed", "bad_subscription", True, [])


def test_an_endpoint_within_the_own_network_is_refused():
    assert sent(private_addresses=False)[0].outcome == "failed"
    result, peer = sent(address=lambda url: subscription(url.replace("http:", "https:")), private_addresses=False)
    assert (result.code, peer.requests) == ("private_address", [])


def test_what_push_services_would_refuse_for_its_size_is_not_sent():
    result, peer = sent(text="я" * 2000)
    assert (result.code, peer.requests) == ("too_large", [])
    largest, peer = sent(text="a" * 3840)
    assert largest.outcome == "accepted" and 4000 < len(peer.requests[0].body) <= 4096


def test_a_subscription_in_a_list_of_people_reaches_the_browser(data):
    """As a site writes it down: in a CSV, with the quotes and commas of JSON, wide or narrow. That the cell is an address is said by the models' own tests."""

    def landed(url: str) -> str:
        folder = data / "inbox" / "people"
        folder.mkdir(parents=True)
        with (folder / "site.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["ID", "E-mail", "Web push"], ["17", "a@example.com", json.dumps(json.loads(subscription(url)), indent=1)]])
        land(datetime(2026, 1, 1))
        with connect() as connection:
            return connection.execute("select push_subscription from raw_people.people").fetchone()[0]

    result, peer = sent(address=landed)
    assert result.outcome == "accepted"
    assert json.loads(http_ece.decrypt(peer.requests[0].body, private_key=BROWSER, auth_secret=AUTH, version="aes128gcm"))["body"] == CYRILLIC
