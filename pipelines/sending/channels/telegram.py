"""Telegram: one sendMessage of the Bot API per message. A bot may write only to who has written to it, so addresses are chat ids.

The API has no idempotency key: where no answer came, nobody knows. Limits: 4096 characters, https://core.telegram.org/bots/api#sendmessage.
"""

import json
import re
from typing import Any

from pipelines.sending.channel import UNREACHABLE, Message, Result
from pipelines.sending.channels.settings import TelegramSettings

LONGEST = 4096  # counted in UTF-16, as Telegram counts entities: at least as strict as characters
UNSUBSCRIBE = {"ru": "Отписаться", "en": "Unsubscribe"}
# Telegram tells by words only. Those that blame the chat: it is gone, or has not let the bot in.
RECIPIENT = re.compile(
    r"blocked by the user|user is deactivated|chat not found|can't initiate|peer_id_invalid|user not found|was kicked|chat was deleted", re.I
)


class Telegram:
    name, provider, idempotency_hours = "messenger", "telegram", 0

    def __init__(self, settings: TelegramSettings) -> None:
        self.settings = settings

    async def __aenter__(self) -> "Telegram":
        from pipelines.sending.channels.http import Http

        self.http = await Http(self.settings).__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.__aexit__()

    async def send(self, message: Message) -> Result:
        if message.identifier_type != "telegram" or not re.fullmatch(r"-?\d{1,19}", message.address):
            return Result(outcome="failed", code="no_chat_id", diagnostic="a bot can only write to the number of a chat", is_recipient=True)
        request = asked(message, link_preview=self.settings.link_preview)
        length = len(request["text"].encode("utf-16-le", "surrogatepass")) // 2
        if not 1 <= length <= LONGEST or not request["text"].strip():
            return Result(outcome="failed", code="text_length", diagnostic=f"{length} characters, allowed are 1 to {LONGEST}")
        result, moved = await self._attempt(request)
        # The group has become a supergroup: the first attempt was refused, so that this one repeats nothing.
        return (await self._attempt(request | {"chat_id": moved}))[0] if moved else result

    async def _attempt(self, request: dict[str, Any]) -> tuple[Result, int | None]:
        from pipelines.sending.channels.http import masked

        url = f"{str(self.settings.api).rstrip('/')}/bot{self.settings.token.get_secret_value()}/sendMessage"
        body = json.dumps(request, ensure_ascii=True).encode()
        answer = await self.http.ask("POST", url, body=body, headers={"Content-Type": "application/json"})
        if isinstance(answer, Result):
            return answer, None
        told = answer.json()
        told = told if isinstance(told, dict) else {}
        if answer.status == 200 and told.get("ok") is True:
            return Result(outcome="accepted", code="200", provider_message_id=str(told.get("result", {}).get("message_id", ""))), None
        parameters, words = told.get("parameters") or {}, masked(str(told.get("description", ""))) or ""
        if isinstance(moved := parameters.get("migrate_to_chat_id"), int):
            return Result(outcome="failed", code="moved", diagnostic="the chat has moved"), moved
        if answer.status in (400, 403) and RECIPIENT.search(words):
            return Result(outcome="failed", code=str(answer.status), diagnostic=words, is_recipient=True), None
        if answer.status == 429:
            pause = parameters.get("retry_after")
            return Result(outcome="deferred", code="429", retry_after=float(pause) if isinstance(pause, int | float) else answer.retry_after), None
        if answer.status == 404:  # what Telegram says to a token that it does not know
            return Result(outcome="deferred", code=UNREACHABLE, diagnostic="the bot's token is not known: see SVOD_SENDING__MESSENGER__TOKEN"), None
        if 200 <= answer.status < 300:
            return Result(outcome="unknown", code=f"http_{answer.status}", diagnostic="the answer is not Telegram's"), None
        return self.http.refused(answer, words or None), None


def asked(message: Message, *, link_preview: bool) -> dict[str, Any]:
    """The request: plain text, a button for the link where it has a label in `data.button`, and one to unsubscribe."""
    content, buttons = message.content, []
    text = content.text
    if content.url and content.data.get("button"):
        buttons.append([{"text": content.data["button"], "url": content.url}])
    elif content.url and content.url not in text:
        text = f"{text}\n\n{content.url}"
    if message.unsubscribe_url:
        buttons.append([{"text": UNSUBSCRIBE.get(message.locale[:2], UNSUBSCRIBE["en"]), "url": message.unsubscribe_url}])
    request: dict[str, Any] = {"chat_id": int(message.address), "text": text, "link_preview_options": {"is_disabled": not link_preview}}
    return request | ({"reply_markup": {"inline_keyboard": buttons}} if buttons else {})
