"""SMS by HTTP against a local server: what is asked, what each answer means, and when nobody knows."""

import asyncio

import pytest
from http_peer import DROP, HANG, Peer
from messages import CYRILLIC, message
from smsc import free_port

from pipelines.sending.channels.settings import SmsGatewaySettings
from pipelines.sending.channels.sms_gateway import SmsGateway

FORM = {
    "body": {"api_key": "{token}", "messages": [{"to": "{phone}", "text": "{text}", "client_id": "{message_id}", "from": "{sender}", "flash": False}]},
    "success_path": "messages.0.status",
    "success_values": ["queued"],
    "id_path": "messages.0.id",
    "error_path": "messages.0.error",
    "recipient_errors": ["absent_subscriber"],
    "retry_errors": ["busy"],
}


def sent(answer, *, text: str = CYRILLIC, **more):
    """The outcome of one message, and what the provider was asked."""

    async def run():
        async with Peer(answer) as peer:
            given = {"url": f"{peer.url}/send", "sender": "Lavka", "token": "s3cret", "timeout": 0.5} | FORM | more
            async with SmsGateway(SmsGatewaySettings(**given)) as channel:
                return await channel.send(message("sms", "+79001234567", text)), peer.requests

    return asyncio.run(run())


def told(**one):
    return lambda request: (200, {"messages": [one]}, {})


def test_the_request_is_the_settings_filled_in_and_the_id_comes_from_the_answer():
    result, (request,) = sent(told(status="queued", id=4711))
    assert (result.outcome, result.provider_message_id) == ("accepted", "4711")
    assert (request.method, request.path, request.headers["content-type"]) == ("POST", "/send", "application/json")
    expected = {"to": "79001234567", "text": CYRILLIC, "client_id": f"{1:032x}", "from": "Lavka", "flash": False}
    assert request.json() == {"api_key": "s3cret", "messages": [expected]}


def test_form_and_query_and_headers_are_filled_in_too():
    _, (request,) = sent(
        lambda request: 200, body={"to": "{plus_phone}", "m": "{text}"}, body_format="form", headers={"Authorization": "Bearer {token}"}, query={"v": "2 &"},
        success_path=None, text="a&b=c",
    )  # fmt: skip
    assert (request.path, request.headers["authorization"]) == ("/send?v=2+%26", "Bearer s3cret")
    assert request.body == b"to=%2B79001234567&m=a%26b%3Dc"
    _, (request,) = sent(lambda request: 200, method="GET", query={"to": "{phone}"}, success_path=None)
    assert (request.method, request.path, request.body) == ("GET", "/send?to=79001234567", b"")


def test_a_text_that_looks_like_a_template_or_like_json_stays_a_text():
    hostile = '{token} {phone} ","to":"79990000000" \r\nX-Evil: 1'
    _, (request,) = sent(told(status="queued"), text=hostile)
    assert request.json()["messages"][0]["text"] == hostile and request.json()["messages"][0]["to"] == "79001234567"


@pytest.mark.parametrize(
    ("answer", "outcome", "code", "is_recipient", "retry_after"),
    [
        (told(status="failed", error="absent_subscriber"), "failed", "absent_subscriber", True, None),
        (told(status="failed", error="busy"), "deferred", "busy", False, None),
        (told(status="failed", error="spam"), "failed", "spam", False, None),
        (told(status="failed", error="no route to 79001234567"), "failed", "no route to …", False, None),
        (told(status="failed"), "failed", "failed", False, None),
        (lambda request: (200, "<html>maintenance</html>", {}), "unknown", "not_understood", False, None),
        (lambda request: (429, "", {"Retry-After": "17"}), "deferred", "429", False, 17.0),
        (lambda request: (503, "", {"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}), "deferred", "503", False, 0.0),
        (lambda request: (500, "", {"Retry-After": "soon"}), "deferred", "500", False, None),
        (lambda request: (401, "", {}), "deferred", "unreachable", False, None),
        (lambda request: (400, {"messages": [{"error": "absent_subscriber"}]}, {}), "failed", "absent_subscriber", True, None),
        (lambda request: (400, "", {}), "failed", "http_400", False, None),
        (lambda request: (302, "", {"Location": "http://127.0.0.1/"}), "failed", "http_302", False, None),
        (lambda request: (504, "", {}), "unknown", "http_504", False, None),
        (lambda request: HANG, "unknown", "no_answer", False, None),
        (lambda request: DROP, "unknown", "no_answer", False, None),
        (lambda request: (200, b"\xff" * 1_000_000, {}), "unknown", "not_understood", False, None),
    ],
)
def test_what_an_answer_means(answer, outcome, code, is_recipient, retry_after):
    result, requests = sent(answer)
    assert (result.outcome, result.code, result.is_recipient, result.retry_after, len(requests)) == (outcome, code, is_recipient, retry_after, 1)
    assert "79001234567" not in str(result) and "s3cret" not in str(result)


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
def test_a_lost_answer_is_never_asked_for_again_by_the_library(method):
    """aiohttp repeats GET and PUT by itself, for which nobody would be the wiser but who gets the SMS twice."""
    replies = iter([(200, "", {}), DROP, DROP])

    async def run():
        async with Peer(lambda request: next(replies)) as peer, SmsGateway(SmsGatewaySettings(url=peer.url, method=method, connections=1)) as channel:
            return [await channel.send(message("sms", "+79001234567")) for _ in range(2)], len(peer.requests)

    results, asked = asyncio.run(run())
    assert ([result.outcome for result in results], asked) == (["accepted", "unknown"], 2)


def test_a_provider_that_knows_repetitions_may_be_asked_again_after_an_unsure_answer():
    assert sent(lambda request: (504, "", {}), idempotency_hours=24)[0].outcome == "deferred"


def test_a_provider_that_is_not_there_defers():
    result, _ = sent(told(status="queued"), url=f"http://127.0.0.1:{free_port()}/send")
    assert (result.outcome, result.code) == ("deferred", "unreachable")


def test_many_at_once_go_over_few_connections():
    async def run():
        async with Peer(told(status="queued")) as peer:
            settings = SmsGatewaySettings(**FORM, url=f"{peer.url}/send", connections=3)
            async with SmsGateway(settings) as channel:
                results = await asyncio.gather(*(channel.send(message("sms", "+79001234567", number=place)) for place in range(50)))
            return {result.outcome for result in results}, len({request.json()["messages"][0]["client_id"] for request in peer.requests})

    assert asyncio.run(run()) == ({"accepted"}, 50)


def test_the_token_is_not_printed():
    settings = SmsGatewaySettings(url="https://sms.example.com", token="s3cret")
    assert "s3cret" not in f"{settings!r} {settings} {settings.model_dump_json()}"
