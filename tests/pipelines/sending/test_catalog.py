"""Settings from the environment make channels, are known to every command without its libraries, and tell no secret."""

import subprocess
import sys

import pytest
from pydantic import TypeAdapter, ValidationError, create_model

from pipelines.sending.channels.catalog import channel
from pipelines.sending.channels.settings import ChannelSettings, SmsSettings, TelegramSettings, WebhookSettings, WebPushSettings
from pipelines.settings import PROJECT, Settings

SMPP = {"kind": "smpp", "host": "smsc.example.com", "system_id": "svod", "password": "s3cret", "sender": "Lavka"}
GIVEN: list[tuple[object, dict, str, str]] = [
    (SmsSettings, SMPP, "sms", "smpp"),
    (SmsSettings, {"kind": "gateway", "url": "https://sms.example.com", "token": "s3cret"}, "sms", "sms_gateway"),
    (TelegramSettings, {"token": "s3cret"}, "messenger", "telegram"),
    (WebPushSettings, {"private_key": "s3cret", "contact": "mailto:push@example.com"}, "web_push", "web_push"),
    (WebhookSettings, {}, "webhook", "standard_webhooks"),
]


@pytest.mark.parametrize(("kind", "given", "name", "provider"), GIVEN, ids=[row[3] for row in GIVEN])
def test_each_kind_of_settings_makes_its_channel_and_is_off_until_switched_on(kind, given, name, provider):
    settings: ChannelSettings = TypeAdapter(kind).validate_python(given)
    made = channel(settings, lambda told: None)
    assert (made.name, made.provider, settings.mode) == (name, provider, "dry_run")
    assert "s3cret" not in repr(settings) and "s3cret" not in settings.model_dump_json()


@pytest.mark.parametrize("wrong", [{"sender": "Имя"}, {"sender": "a name that is too long"}, {"port": "x"}, {"passwort": "s3cret"}, {"kind": "fax"}])
def test_what_is_wrong_is_refused_without_being_quoted(wrong):
    whole = create_model("Settings", __config__=Settings.model_config, sms=(SmsSettings, ...))  # what hides input is the outermost model's word
    with pytest.raises(ValidationError) as refusal:
        whole(sms=SMPP | wrong)
    assert "s3cret" not in str(refusal.value)


def test_sandbox_needs_an_address():
    assert TelegramSettings(token="t", mode="sandbox").obstacle() and not TelegramSettings(token="t", mode="sandbox", sandbox_address="1").obstacle()


def test_knowing_the_settings_loads_no_library_of_a_channel():
    program = "import sys, pipelines.sending.channels.settings, pipelines.sending.channels.catalog; print(sorted({'aiohttp', 'smpplib', 'pywebpush', 'requests'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True).stdout.strip() == "[]"
