"""Telegram against a local server that holds requests against the published description of the Bot API."""

import asyncio

import pytest
from bot_api import API, TOKEN, answer, wrong
from http_peer import DROP, HANG, Peer
from messages import CYRILLIC, message

from pipelines.sending.channels.settings import TelegramSettings
from pipelines.sending.channels.telegram import Telegram


def sent(address: str = "1000", text: str = CYRILLIC, *, reply=answer, token: str = TOKEN, **more):
    async def run():
        async with Peer(reply) as peer, Telegram(TelegramSettings(token=token, api=peer.url, timeout=0.5)) as channel:
            return await channel.send(message("messenger", address, text, **more)), [request.json() for request in peer.requests]

    return asyncio.run(run())


def test_a_message_is_one_request_that_the_published_description_allows():
    result, (request,) = sent()
    assert (result.outcome, result.provider_message_id) == ("accepted", "77")
    assert (request["chat_id"], request["text"]) == (1000, CYRILLIC) and "reply_markup" not in request


def test_the_link_and_the_way_out_are_buttons_in_the_persons_language():
    more = {"url": "https://shop.example.com/cart", "data": {"button": "В корзину"}, "unsubscribe_url": "https://shop.example.com/u/1"}
    _, (request,) = sent(**more)
    buttons = [[("В корзину", more["url"])], [("Отписаться", more["unsubscribe_url"])]]
    assert [[(button["text"], button["url"]) for button in row] for row in request["reply_markup"]["inline_keyboard"]] == buttons
    _, (english,) = sent(unsubscribe_url="https://shop.example.com/u/1", locale="en-GB", url="https://shop.example.com/cart")
    assert english["reply_markup"]["inline_keyboard"][0][0]["text"] == "Unsubscribe"
    assert english["text"].endswith("https://shop.example.com/cart"), "a link without a label for its button stands in the text"


@pytest.mark.parametrize(
    ("text", "outcome"), [("я" * 4096, "accepted"), ("я" * 4097, "failed"), ("😀" * 2048, "accepted"), ("😀" * 2049, "failed"), (" \n", "failed")]
)
def test_a_text_is_1_to_4096_characters_and_a_longer_one_is_not_even_asked(text, outcome):
    result, requests = sent(text=text)
    assert (result.outcome, len(requests)) == (outcome, outcome == "accepted")


@pytest.mark.parametrize(
    ("chat", "outcome", "is_recipient", "retry_after"),
    [
        ("403", "failed", True, None),
        ("404", "failed", True, None),
        ("405", "failed", True, None),
        ("429", "deferred", False, 14.0),
        ("500", "deferred", False, None),
        ("502", "unknown", False, None),
        ("200", "unknown", False, None),
        ("@anna", "failed", True, None),
        ("12e3", "failed", True, None),
    ],
)
def test_what_an_answer_means(chat, outcome, is_recipient, retry_after):
    result, _ = sent(chat)
    assert (result.outcome, result.is_recipient, result.retry_after) == (outcome, is_recipient, retry_after)


def test_a_chat_that_moved_is_written_to_where_it_is_now_once():
    result, requests = sent("-100")
    assert result.outcome == "accepted" and [request["chat_id"] for request in requests] == [-100, -1001557912345]
    endless, requests = sent("-200")
    assert endless.outcome == "failed" and len(requests) == 2


@pytest.mark.parametrize("token", ["123456:wrong", "nonsense"])
def test_with_a_wrong_token_nothing_is_lost_and_the_token_is_not_told(token):
    result, _ = sent(token=token)
    assert (result.outcome, result.code) == ("deferred", "unreachable") and token not in str(result)


@pytest.mark.parametrize("reply", [HANG, DROP])
def test_without_an_answer_nobody_knows_and_the_token_is_not_told(reply):
    result, requests = sent(reply=lambda request: reply)
    assert result.outcome == "unknown" and len(requests) == 1 and TOKEN not in str(result)


def test_the_fake_refuses_what_the_description_does_not_allow():
    described = API["methods"]["sendMessage"]
    assert wrong({"chat_id": 1, "text": "a"}, described, "") == []
    for broken in ({"text": "a"}, {"chat_id": 1, "text": ""}, {"chat_id": 1.5, "text": "a"}, {"chat_id": 1, "text": "a", "silent": True}):
        assert wrong(broken, described, "")
    both = {"inline_keyboard": [[{"text": "a", "url": "https://example.com", "callback_data": "b"}]]}
    assert wrong({"chat_id": 1, "text": "a", "reply_markup": both}, described, "")
