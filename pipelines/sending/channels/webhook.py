"""Signed webhooks, as Standard Webhooks has them (https://github.com/standard-webhooks/standard-webhooks).

`webhook-id` is the message's id, the same at each attempt, by which a receiver knows a repetition. Several secrets sign at once, so that a
receiver can change from one to the next. Addresses within a private network are refused unless the settings allow them.
"""

import json
from contextlib import AsyncExitStack
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook as Signer

from pipelines.sending.channel import Message, Result
from pipelines.sending.channels.settings import WebhookEndpoint, WebhookSettings


class Webhook:
    name, provider = "webhook", "standard_webhooks"

    def __init__(self, settings: WebhookSettings) -> None:
        self.settings = settings
        self.idempotency_hours = settings.idempotency_hours

    async def __aenter__(self) -> "Webhook":
        from pipelines.sending.channels.http import Http

        self.stack, kind = AsyncExitStack(), {"is_one_provider": False, "is_idempotent": self.idempotency_hours > 0}
        self.anywhere = await self.stack.enter_async_context(Http(self.settings, **kind))
        self.public = await self.stack.enter_async_context(Http(self.settings, **kind, public_only=True))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stack.aclose()

    async def send(self, message: Message) -> Result:
        """`address` is the endpoint's name in the settings, `content.data` what is told."""
        endpoint = self.settings.endpoints.get(message.address)
        if not endpoint:
            return Result(outcome="failed", code="no_endpoint", diagnostic="the settings have no such endpoint: see sending.webhook.endpoints")
        if endpoint.url.scheme != "https" and not endpoint.private_addresses:
            return Result(outcome="failed", code="not_https", diagnostic="the endpoint is not https")
        body = json.dumps({"type": "scenario.webhook", "data": message.content.data}, ensure_ascii=False, sort_keys=True)
        headers = signed(endpoint, message.message_id, body, datetime.now(UTC))
        http = self.anywhere if endpoint.private_addresses else self.public
        answer = await http.ask("POST", str(endpoint.url), body=body.encode(), headers=headers)
        if isinstance(answer, Result):
            return answer
        if 200 <= answer.status < 300:
            return Result(outcome="accepted", code=str(answer.status))
        if answer.status == 410:  # the receiver wants no more
            return Result(outcome="failed", code="410", diagnostic="the endpoint is gone", is_recipient=True)
        return http.refused(answer)


def signed(endpoint: WebhookEndpoint, message_id: str, body: str, at: datetime) -> dict[str, str]:
    """The headers of a request: an id, the time of this attempt, and a signature by each secret."""
    signatures = [Signer(secret.get_secret_value()).sign(message_id, at, body) for secret in endpoint.secrets]
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
