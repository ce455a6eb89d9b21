"""What a channel is to the sender: one message in, one outcome out. Everything about a provider stays behind this."""

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Outcome = Literal["accepted", "deferred", "failed", "unknown"]

# Codes of `deferred` that speak of the provider, not of the message: everything waits, and no attempt of the message is used up.
UNREACHABLE = "unreachable"
THROTTLED = ("421", "454", "429", UNREACHABLE)
# Code of `deferred` that speaks of the template: it waits to be mended, until the message expires.
UNWRITTEN = "unwritten"


@dataclass(frozen=True, kw_only=True)
class Content:
    """What is said, rendered for one person. Which members are set depends on the channel."""

    subject: str | None = None
    preheader: str | None = None
    html: str | None = None
    text: str = ""
    url: str | None = None
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message to one address. `message_id` is the idempotency key: 32 hex digits, the same at every attempt."""

    message_id: str
    channel: str
    identifier_type: str
    address: str
    purpose: str
    locale: str
    content: Content
    unsubscribe_url: str | None = None  # HTTPS, for RFC 8058; every marketing e-mail has one
    scenario: str | None = None


@dataclass(frozen=True, kw_only=True)
class Result:
    """What the provider said. `deferred` may be tried again, after `retry_after` seconds if it named any."""

    outcome: Outcome
    code: str | None = None  # the provider's own; none where it was not asked
    diagnostic: str | None = None  # without the address
    provider_message_id: str | None = None
    retry_after: float | None = None
    is_recipient: bool = False  # a failure that is the address's own fault, so that it is suppressed


class Channel(Protocol):
    """A provider behind one account. `idempotency_hours` is how long it recognises a repeated `message_id`; 0 if it does not."""

    name: str  # email, sms, messenger, web_push, webhook
    provider: str
    idempotency_hours: int

    async def __aenter__(self) -> "Channel": ...
    async def __aexit__(self, *_: object) -> None: ...
    async def send(self, message: Message) -> Result:
        """Hand one message over. Never raises for what a provider or a recipient does wrong; a connection that broke after the message was handed over is `unknown`."""
        ...
