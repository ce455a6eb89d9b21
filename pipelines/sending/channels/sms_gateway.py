"""SMS by a provider's plain HTTP interface, described by settings: what to ask, and where its answer says what."""

import json
import re
from typing import Any
from urllib.parse import urlencode

from pipelines.sending.channel import Message, Result
from pipelines.sending.channels.settings import SmsGatewaySettings

PLACE = re.compile(r"\{(phone|plus_phone|text|message_id|sender|token)\}")


class SmsGateway:
    name = "sms"

    def __init__(self, settings: SmsGatewaySettings) -> None:
        self.settings = settings
        self.provider, self.idempotency_hours = settings.provider, settings.idempotency_hours

    async def __aenter__(self) -> "SmsGateway":
        from pipelines.sending.channels.http import Http

        self.http = await Http(self.settings, is_idempotent=self.idempotency_hours > 0).__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.__aexit__()

    async def send(self, message: Message) -> Result:
        if not re.fullmatch(r"\+[1-9]\d{6,14}", message.address):
            return Result(outcome="failed", code="no_number", diagnostic="the address is no number of the form +79…", is_recipient=True)
        if not message.content.text.strip():
            return Result(outcome="failed", code="empty", diagnostic="the message has no text")
        url, headers, body = asked(self.settings, message)
        answer = await self.http.ask(self.settings.method, url, body=body, headers=headers)
        return answer if isinstance(answer, Result) else self._told(answer)

    def _told(self, answer: Any) -> Result:
        from pipelines.sending.channels.http import masked

        settings, document = self.settings, answer.json()
        error = at(document, settings.error_path)
        if error in settings.recipient_errors:
            return Result(outcome="failed", code=masked(error), is_recipient=True)
        if error in settings.retry_errors:
            return Result(outcome="deferred", code=masked(error), retry_after=answer.retry_after)
        if not 200 <= answer.status < 300:
            return self.http.refused(answer, masked(error))
        if settings.success_path and (said := at(document, settings.success_path)) not in settings.success_values:
            if said is None and error is None:  # an answer of another form than the settings say: nobody knows what it means
                return Result(outcome="unknown", code="not_understood", diagnostic=f"the answer has nothing at {settings.success_path}")
            return Result(outcome="failed", code=masked(error or said))
        return Result(outcome="accepted", code=str(answer.status), provider_message_id=at(document, settings.id_path))


def asked(settings: SmsGatewaySettings, message: Message) -> tuple[str, dict[str, str], bytes | None]:
    """Address, headers and body of the request. Each template is filled in one go, so that braces within a text stay what they are."""
    values = {
        "phone": message.address.removeprefix("+"),
        "plus_phone": message.address,
        "text": message.content.text,
        "message_id": message.message_id,
        "sender": settings.sender,
        "token": settings.token.get_secret_value(),
    }
    query = urlencode({key: filled(text, values) for key, text in settings.query.items()})
    url = f"{settings.url}{'&' if settings.url.query else '?'}{query}" if query else str(settings.url)
    headers = {key: filled(text, values) for key, text in settings.headers.items()}
    if settings.method == "GET":
        return url, headers, None
    if settings.body_format == "form":
        form = {key: filled(text, values) for key, text in settings.body.items()}
        return url, {"Content-Type": "application/x-www-form-urlencoded"} | headers, urlencode(form).encode()
    return url, {"Content-Type": "application/json"} | headers, json.dumps(filled(settings.body, values), ensure_ascii=False).encode()


def filled(template: Any, values: dict[str, str]) -> Any:
    """A template with its places filled in, at any depth."""
    if isinstance(template, dict):
        return {key: filled(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [filled(value, values) for value in template]
    return PLACE.sub(lambda place: values[place[1]], template) if isinstance(template, str) else template


def at(document: Any, path: str | None) -> str | None:
    """What stands at a path such as messages.0.status, as text; None if there is nothing."""
    for step in path.split(".") if path else [""]:
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isdigit() and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return None if document is None or isinstance(document, dict | list) else str(document).lower() if isinstance(document, bool) else str(document)
