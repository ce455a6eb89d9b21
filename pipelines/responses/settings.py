"""Settings of the collector: `[collector]` in `svod.toml`, secrets as `SVOD_COLLECTOR__…` in the environment."""

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator

# shop.example.com, or *.example.com for everything below
Host = Annotated[str, StringConstraints(to_lower=True, pattern=r"^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$")]


class Webhooks(BaseModel):
    """What providers sign their webhooks with. A provider without its secret here is not listened to."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    sendgrid_public_key: str | None = Field(None, description="Verification key of SendGrid's signed event webhook, base64 as SendGrid shows it")
    unisender_api_key: SecretStr | None = Field(None, description="API key of UniSender Go, with which it signs")
    telegram_secret: SecretStr | None = Field(None, description="secret_token given to Telegram's setWebhook", min_length=16)
    standard_secrets: list[SecretStr] = Field([], description="whsec_… of senders of Standard Webhooks; while one is changed, both")


class Collector(BaseModel):
    """Where people's answers come to."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    url: str | None = Field(None, description="Address under which everybody reaches the collector, such as https://answers.example.com")
    hosts: list[Host] = Field([], description="Hosts to which links are counted and led on; *.example.com for all below. Links to others stay as they are")
    secrets: list[SecretStr] = Field(
        [], description="Keys that sign links, the newest first; old ones still hold for what was sent. A file in the data folder if unset"
    )
    company: str = Field("", description="Whose messages they are, as shown on the pages")
    address: str = Field("127.0.0.1", description="Address at which the collector listens, behind a proxy that speaks HTTPS")
    port: int = Field(8025, ge=0, le=65535)
    workers: int = Field(1, ge=1, le=64, description="Processes")
    trusted_proxies: list[str] = Field(["127.0.0.1"], description="Proxies whose X-Forwarded-For is believed")
    largest_body: int = Field(1 << 20, ge=1024, description="Bytes of a webhook's body at most")
    webhooks: Webhooks = Webhooks()

    @field_validator("url")
    @classmethod
    def _is_an_origin(cls, url: str | None) -> str | None:
        if url and not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", url):
            raise ValueError("it is https://, a host and perhaps a path")
        return url.rstrip("/") if url else None

    @field_validator("secrets")
    @classmethod
    def _are_long(cls, secrets: list[SecretStr]) -> list[SecretStr]:
        if any(len(secret.get_secret_value()) < 32 for secret in secrets):
            raise ValueError("a secret has at least 32 characters")
        return secrets
