"""Settings of the sender: `[sending]` and a section per channel in `svod.toml`, or `SVOD_SENDING__EMAIL__HOST` and so on in the environment.

Passwords and keys never stand in `svod.toml`: `SVOD_SENDING__EMAIL__PASSWORD`, and the DKIM key as a file of its own.
"""

from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from pipelines.sending.channels.settings import SmsSettings, TelegramSettings, WebhookSettings, WebPushSettings

Mode = Literal["dry_run", "sandbox", "live"]


class Pace(BaseModel):
    """What every channel has. Until a channel is switched on, its messages are written and journalled but go nowhere."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    mode: Mode = Field("dry_run", description="dry_run goes nowhere, sandbox sends everything to `sandbox_address`, live sends to people")
    sandbox_address: str | None = Field(None, description="Where everything goes in sandbox mode")
    rate: float = Field(10, gt=0, description="Messages per second at most, all senders together")
    connections: int = Field(4, ge=1, le=200, description="Messages under way at once")

    def obstacle(self) -> str | None:
        """Why nothing can be sent as things are set; None if it can."""
        return "sandbox_address is not set" if self.mode == "sandbox" and not self.sandbox_address else None


class Email(Pace):
    """An account at an SMTP relay, and who the mail is from."""

    host: str | None = None
    port: int = 587
    security: Literal["starttls", "tls", "none"] = Field("starttls", description="`none` only to a relay on this machine or in a network of its own")
    ca_file: Path | None = Field(None, description="Certificates to trust instead of the system's")
    user: str | None = None
    password: SecretStr | None = None
    from_address: str | None = None
    from_name: str = ""
    reply_to: str | None = None
    bounce_domain: str | None = Field(None, description="Bounces come back to bounce+<token>@ here; to `from_address` if unset")
    unsubscribe_address: str | None = Field(None, description="Mailbox that takes unsubscriptions by mail, beside the link")
    dkim_selector: str | None = Field(None, description="Signs every mail if set; otherwise that is the relay's business")
    dkim_domain: str | None = Field(None, description="The domain of `from_address` if unset")
    dkim_key_file: Path | None = Field(None, description="PEM of an RSA or Ed25519 private key")
    recipient_rates: dict[str, float] = Field({}, description="Messages per second at most to a recipient domain, such as gmail.com = 5")
    timeout: float = Field(60, gt=0, description="Seconds to wait for an answer")
    messages_per_connection: int = Field(500, ge=1)

    def obstacle(self) -> str | None:
        if self.mode == "dry_run":
            return None
        if missing := [name for name in ("host", "from_address") if not getattr(self, name)]:
            return f"{' and '.join(missing)} not set"
        if self.user and self.security == "none" and not _is_this_machine(self.host):
            return "a password would go over the network in clear: set security to starttls or tls"
        if self.dkim_selector and not (self.dkim_key_file and self.dkim_key_file.is_file()):
            return "dkim_key_file names no file"
        return super().obstacle()


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Sending(BaseModel):
    """How the sender goes about it, whatever the channel."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    email: Email = Email()
    sms: SmsSettings | None = Field(None, description="An SMS centre (kind = smpp) or a provider's HTTP gateway (kind = gateway)")
    messenger: TelegramSettings | None = Field(None, description="A Telegram bot")
    web_push: WebPushSettings | None = Field(None, description="Web push to browsers")
    webhook: WebhookSettings | None = Field(None, description="Signed webhooks to named endpoints")
    schedule: str = Field("*/10 * * * *", description="When what is due is sent, as cron, once the schedule is switched on")
    batch: int = Field(1000, ge=1, le=100_000, description="Messages claimed at once")
    attempts: int = Field(8, ge=1, description="How often a message is tried that the recipient's side puts off")
    backoff: float = Field(60, ge=0, description="Seconds before it is tried again; doubled each time, up to an hour")
    patience: float = Field(120, ge=0, description="Seconds that a run stays for what was put off, or for a provider that takes nothing")
    recheck_after: float = Field(
        120, gt=0, description="Seconds after which consent, suppressions and quiet hours are asked again for what was claimed and is not yet on its way"
    )
