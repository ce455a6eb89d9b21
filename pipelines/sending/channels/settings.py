"""Settings of the channels other than e-mail. Importing them loads no client library, so that every command may know them.

Secrets come from the environment, as `SVOD_SENDING__MESSENGER__TOKEN`; they are never printed.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, StringConstraints, field_validator

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}$")]


class ChannelSettings(BaseModel):
    """What every channel has. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    mode: Literal["dry_run", "sandbox", "live"] = Field("dry_run", description="dry_run sends nothing, sandbox sends everything to sandbox_address")
    sandbox_address: str | None = Field(None, description="Whom sandbox mode sends to")
    rate: float = Field(10, gt=0, description="Messages per second at most")
    connections: int = Field(4, ge=1, description="Messages under way at once at most")
    timeout: float = Field(30, gt=0, description="Seconds to wait for an answer; then nobody knows whether the message was taken")

    def obstacle(self) -> str | None:
        """Why nothing can be sent as things are set; None if it can."""
        return "sandbox_address is not set" if self.mode == "sandbox" and not self.sandbox_address else None


class SmppSettings(ChannelSettings):
    """An SMS centre spoken to in SMPP 3.4, bound as a transceiver."""

    kind: Literal["smpp"] = "smpp"
    host: str
    port: int = 2775
    tls: bool = Field(False, description="TLS from the first byte, with the server's certificate checked")
    system_id: str
    password: SecretStr
    system_type: str = ""
    sender: str = Field(description="Name (up to 11 Latin letters and digits) or number that the phone shows", pattern=r"^(\+?\d{3,15}|[A-Za-z0-9 ._-]{1,11})$")
    connections: int = Field(10, ge=1, description="Messages sent ahead of their answers: the window")
    enquire_every: float = Field(30, gt=0, description="Seconds of silence after which the link is tested")


class SmsGatewaySettings(ChannelSettings):
    """An SMS provider with a plain HTTP interface. In query, headers and body, {phone}, {plus_phone}, {text}, {message_id}, {sender} and {token} are filled in."""

    kind: Literal["gateway"] = "gateway"
    provider: str = "sms_gateway"
    method: Literal["GET", "POST", "PUT"] = "POST"
    url: HttpUrl
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    body: dict[str, Any] = Field({}, description="Nested as the provider wants it; only texts within it are templates")
    body_format: Literal["json", "form"] = "json"
    sender: str = ""
    token: SecretStr = SecretStr("")
    success_path: str | None = Field(None, description="Where the answer says whether it was taken, as messages.0.status; without it 2xx is enough")
    success_values: list[str] = []
    id_path: str | None = Field(None, description="Where the answer has the provider's id of the message")
    error_path: str | None = Field(None, description="Where the answer has a code of what is wrong")
    recipient_errors: list[str] = Field([], description="Such codes that blame the number: it is suppressed")
    retry_errors: list[str] = Field([], description="Such codes after which it may be tried again")
    idempotency_hours: int = Field(0, ge=0, description="How long the provider recognises a repeated {message_id}; 0 if it does not")


SmsSettings = Annotated[SmppSettings | SmsGatewaySettings, Field(discriminator="kind")]


class TelegramSettings(ChannelSettings):
    """A Telegram bot. About 30 messages a second are allowed to different chats, and one a second to the same."""

    token: SecretStr
    api: HttpUrl = HttpUrl("https://api.telegram.org")
    rate: float = Field(25, gt=0, description="Messages per second at most")
    link_preview: bool = False


class WebPushSettings(ChannelSettings):
    """Web push with VAPID (RFC 8292)."""

    private_key: SecretStr = Field(description="P-256 private key, as base64url of its 32 bytes or of its DER")
    contact: str = Field(description="mailto: or https: address by which a push service reaches the sender", pattern=r"^(mailto:|https:)")
    ttl: int = Field(86400, ge=0, le=2419200, description="Seconds a push service keeps the message for a device that is off")
    urgency: Literal["very-low", "low", "normal", "high"] = "normal"
    private_addresses: bool = Field(False, description="Whether endpoints may be http and within the own network")


class WebhookEndpoint(BaseModel):
    """One receiver, named in scenarios by its key."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: HttpUrl
    secrets: list[SecretStr] = Field(min_length=1, description="whsec_…; while a secret is changed, the new one and the old one: both sign")
    private_addresses: bool = Field(False, description="Whether it may be http and within the own network")

    @field_validator("secrets")
    @classmethod
    def _are_strong(cls, secrets: list[SecretStr]) -> list[SecretStr]:
        import base64

        for secret in secrets:
            try:
                strength = len(base64.b64decode(secret.get_secret_value().removeprefix("whsec_"), validate=True))
            except ValueError:
                strength = 0
            if not 24 <= strength <= 64:
                raise ValueError("a secret is whsec_ and 24 to 64 random bytes in base64")
        return secrets


class WebhookSettings(ChannelSettings):
    """Signed webhooks (Standard Webhooks)."""

    endpoints: dict[Name, WebhookEndpoint] = {}
    idempotency_hours: int = Field(24, ge=0, description="How long receivers know a repeated webhook-id; 0 if they do not look at it")
