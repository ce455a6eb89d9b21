"""Web push (RFC 8030): a message encrypted for one browser (RFC 8291), handed to the push service that the browser named.

The address is the browser's subscription as JSON: endpoint and keys. What a browser sent is not to be trusted, so endpoints are https and
public. The topic is the message's id: a message handed over twice is shown once.
"""

import json
import time
from urllib.parse import urlsplit

from pipelines.sending.channel import Content, Message, Result
from pipelines.sending.channels.settings import WebPushSettings

LARGEST = 3993  # octets of plain text: 4096 less salt, key, padding delimiter and tag (RFC 8291, section 4)
SIGNED_FOR = 6 * 3600  # seconds; a token may hold for 24 hours at most (RFC 8292, section 2)


class WebPush:
    name, provider, idempotency_hours = "web_push", "web_push", 0

    def __init__(self, settings: WebPushSettings) -> None:
        self.settings = settings
        self.tokens: dict[str, tuple[float, str]] = {}

    async def __aenter__(self) -> "WebPush":
        from py_vapid import Vapid02

        from pipelines.sending.channels.http import Http

        self.key = Vapid02.from_string(self.settings.private_key.get_secret_value())
        # One topic keeps a repetition from being shown twice, so that an unsure answer may be tried again.
        public_only = not self.settings.private_addresses
        self.http = await Http(self.settings, is_one_provider=False, is_idempotent=True, public_only=public_only).__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.__aexit__()

    async def send(self, message: Message) -> Result:
        from pywebpush import WebPusher, WebPushException

        payload = shown(message)
        if len(payload) > LARGEST:
            return Result(outcome="failed", code="too_large", diagnostic=f"{len(payload)} octets, allowed are {LARGEST}")
        try:
            subscription = json.loads(message.address)
            endpoint = subscription["endpoint"]
            origin = urlsplit(endpoint)
            if origin.scheme != "https" and not self.settings.private_addresses:
                raise ValueError
            body = WebPusher(subscription).encode(payload)["body"]
        except (ValueError, KeyError, TypeError, AttributeError, WebPushException):
            return Result(outcome="failed", code="bad_subscription", diagnostic="the browser's subscription cannot be used", is_recipient=True)
        headers = {
            "Authorization": self._token(f"{origin.scheme}://{origin.netloc}"),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": message.content.data.get("ttl") or str(self.settings.ttl),
            "Urgency": message.content.data.get("urgency") or self.settings.urgency,
            "Topic": message.content.data.get("topic") or message.message_id,
        }
        return self._told(await self.http.ask("POST", endpoint, body=body, headers=headers))

    def _told(self, answer: object) -> Result:
        if isinstance(answer, Result):
            return answer
        if 200 <= answer.status < 300:
            return Result(outcome="accepted", code=str(answer.status), provider_message_id=answer.headers.get("Location"))
        if answer.status in (404, 410):
            return Result(outcome="failed", code=str(answer.status), diagnostic="the subscription has ended", is_recipient=True)
        return self.http.refused(answer)

    def _token(self, audience: str) -> str:
        """The sender's signature for one push service, made anew before it expires."""
        until, token = self.tokens.get(audience, (0.0, ""))
        if until - time.time() < SIGNED_FOR / 2:
            until = time.time() + SIGNED_FOR
            token = self.key.sign({"aud": audience, "sub": self.settings.contact, "exp": int(until)})["Authorization"]
            self.tokens[audience] = (until, token)
        return token


def shown(message: Message) -> bytes:
    """What the browser's service worker reads."""
    content: Content = message.content
    members = {"title": content.subject, "body": content.text, "url": content.url, "message_id": message.message_id, "lang": message.locale}
    extra = {key: value for key, value in content.data.items() if key not in ("ttl", "urgency", "topic")}
    return json.dumps(extra | {key: value for key, value in members.items() if value is not None}, ensure_ascii=False).encode()
