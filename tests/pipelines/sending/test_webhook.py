"""Signed webhooks: the signature by two independent checks, rotation of secrets, and addresses that must not be reached."""

import asyncio
import base64
import hashlib
import hmac
import socket
import time

import pytest
from http_peer import DROP, HANG, Peer
from messages import message
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from pipelines.sending.channels.http import RefusedAddress, _public_socket
from pipelines.sending.channels.settings import WebhookEndpoint, WebhookSettings
from pipelines.sending.channels.webhook import Webhook

NEW, OLD = ("whsec_" + base64.b64encode(bytes([place]) * 32).decode() for place in (1, 2))
DATA = {"customer": "p_0123", "имя": "Мария"}


def sent(answer=lambda request: 204, *, url: str | None = None, secrets=(NEW,), private_addresses: bool = True, name: str = "crm", **more):
    async def run():
        async with Peer(answer) as peer:
            endpoint = WebhookEndpoint(
                url=url.replace("PORT", str(peer.port)) if url else f"{peer.url}/hook", secrets=secrets, private_addresses=private_addresses
            )
            async with Webhook(WebhookSettings(endpoints={"crm": endpoint}, timeout=0.5, **more)) as channel:
                return await channel.send(message("webhook", name, data=DATA)), peer.requests

    return asyncio.run(run())


def test_what_arrives_is_signed_and_carries_the_id_of_the_message():
    result, (request,) = sent()
    assert result.outcome == "accepted" and request.headers["webhook-id"] == f"{1:032x}"
    assert Verifier(NEW).verify(request.body, request.headers) == {"type": "scenario.webhook", "data": DATA}
    # The same by the words of the specification: HMAC-SHA256 of id.timestamp.body under the decoded secret.
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    assert request.headers["webhook-signature"] == "v1," + base64.b64encode(hmac.digest(bytes([1]) * 32, signed, hashlib.sha256)).decode()
    assert abs(int(request.headers["webhook-timestamp"]) - time.time()) < 60
    with pytest.raises(WebhookVerificationError):
        Verifier(NEW).verify(request.body.replace("Мария".encode(), "Мавра".encode()), request.headers)


def test_while_a_secret_is_changed_receivers_with_either_are_content():
    _, (request,) = sent(secrets=(NEW, OLD))
    for secret in (NEW, OLD):
        assert Verifier(secret).verify(request.body, request.headers)
    with pytest.raises(WebhookVerificationError):
        Verifier("whsec_" + base64.b64encode(bytes(32)).decode()).verify(request.body, request.headers)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:PORT/", "https://localhost:PORT/", "https://2130706433:PORT/", "https://0x7f.1:PORT/", "https://0177.0.0.1:PORT/",
        "https://[::1]:PORT/", "https://[::ffff:127.0.0.1]:PORT/", "https://[::ffff:a9fe:a9fe]/", "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/", "https://192.168.0.1/", "https://100.64.0.1/", "https://0.0.0.0:PORT/", "https://[fd00::1]/", "https://127.1:PORT/",
    ],
)  # fmt: skip
def test_addresses_within_a_private_network_are_refused_however_they_are_spelt(url):
    result, requests = sent(url=url, private_addresses=False)
    assert result.outcome in ("failed", "deferred") and requests == []
    assert result.code in ("private_address", "no_connection"), "an address of a family that this machine has not is no connection"
    if ":PORT" in url and "[" not in url:
        assert result.code == "private_address"


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("93.184.215.14", True), ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True), ("64:ff9b::5db8:d70e", True), ("2002:5db8:d70e::", True),
        ("::ffff:10.0.0.1", False), ("64:ff9b::a00:1", False), ("2002:a00:1::", False), ("fe80::1%eth0", False), ("::", False), ("169.254.169.254", False),
    ],
)  # fmt: skip
def test_an_address_is_judged_by_where_it_leads(address, is_public):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    info = (family, socket.SOCK_STREAM, 6, "", (address, 443))
    if is_public:
        try:
            _public_socket(info).close()
        except OSError as error:  # a machine without IPv6
            assert not isinstance(error, RefusedAddress)
    else:
        with pytest.raises(RefusedAddress):
            _public_socket(info)


def test_a_public_endpoint_must_be_https():
    result, requests = sent(private_addresses=False)
    assert (result.outcome, result.code, requests) == ("failed", "not_https", [])


@pytest.mark.parametrize(
    ("answer", "outcome", "is_recipient"),
    [
        (lambda request: (301, "", {"Location": "http://127.0.0.1/"}), "failed", False),
        (lambda request: (307, "", {"Location": "http://127.0.0.1/"}), "failed", False),
        (lambda request: 410, "failed", True),
        (lambda request: 400, "failed", False),
        (lambda request: 401, "deferred", False),
        (lambda request: (429, "", {"Retry-After": "5"}), "deferred", False),
        (lambda request: 502, "deferred", False),
        (lambda request: HANG, "unknown", False),
        (lambda request: DROP, "unknown", False),
    ],
)
def test_what_an_answer_means(answer, outcome, is_recipient):
    result, requests = sent(answer)
    assert (result.outcome, result.is_recipient, len(requests)) == (outcome, is_recipient, 1)


def test_an_endpoint_that_the_settings_do_not_have_is_refused():
    assert sent(name="unknown")[0].code == "no_endpoint"


@pytest.mark.parametrize("secret", ["whsec_c2hvcnQ=", "plain", "", "whsec_" + base64.b64encode(bytes(65)).decode()])
def test_a_weak_or_broken_secret_is_refused_without_being_quoted(secret):
    with pytest.raises(ValueError, match="24 to 64") as refusal:
        WebhookEndpoint(url="https://example.com", secrets=[secret])
    assert not secret or secret not in str(refusal.value)
