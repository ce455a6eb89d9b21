"""Channels other than e-mail, mounted by settings alone: a run of the sender speaks to real peers, and what they bring back is heard."""

import asyncio
import sys
import threading
from pathlib import Path

import pytest
from listening import heard

sys.path.append(str(Path(__file__).parents[1] / "sending"))

from outbox import fill, outcomes, written
from smsc import Smsc

from pipelines.sending import parts as real
from pipelines.sending.run import CHANNELS, Parts, send
from pipelines.settings import settings


@pytest.fixture
def parts(data):
    """The parts of a real run, but for templates and consent, which ask for a whole company."""
    return Parts(
        render=written,
        links=real.links,
        token=lambda kind, one: one,
        withdrawn=lambda *_: None,
        channels={"email": real.email} | dict.fromkeys(real.OTHERS, real.other),
    )


def test_every_channel_of_the_sender_has_one_that_is_made_of_its_settings():
    assert {"email", *real.OTHERS} == set(CHANNELS)


def test_a_channel_that_is_not_set_up_only_writes(parts):
    for channel in real.OTHERS:
        fill(1, channel=channel, first=CHANNELS.index(channel))
    report = send(parts)
    assert not report.held and outcomes() == {"dry_run": 4}


def test_an_sms_goes_out_over_smpp_and_its_receipt_comes_back_as_a_line(parts, data, monkeypatch):
    """The SMS centre runs in a loop of its own and brings the receipt while the sender is still at work."""
    fill(3, channel="sms", addresses={n: f"+7999555010{n}" for n in range(3)})
    ready, port = threading.Event(), []

    async def centre() -> None:
        async with Smsc() as smsc:
            port.append(smsc.port)
            ready.set()
            while not smsc.parts:
                await asyncio.sleep(0.02)
            receipt = b"id:smsc-1 sub:001 dlvrd:001 submit date:2601011200 done date:2601011201 stat:DELIVRD err:000 text:"
            await smsc.sessions[0].deliver_sm("SHOP", receipt, source_addr="79995550100", esm_class=4)
            await smsc.sessions[0].deliver_sm("SHOP", "стоп".encode("utf-16-be"), source_addr="79995550102", data_coding=8)
            await asyncio.wait_for(smsc.ended.wait(), 30)

    thread = threading.Thread(target=lambda: asyncio.run(centre()), daemon=True)
    thread.start()
    assert ready.wait(20)
    given = {"kind": "smpp", "mode": "live", "host": "127.0.0.1", "port": str(port[0]), "system_id": "s", "password": "secret12", "sender": "SHOP", "rate": "1"}
    for name, value in given.items():
        monkeypatch.setenv(f"SVOD_SENDING__SMS__{name.upper()}", value)
    monkeypatch.setenv("SVOD_COLLECTOR__URL", "https://answers.example.com")
    settings.cache_clear()
    report = send(parts, channels=("sms",))
    thread.join(30)
    assert report.counts["sms"] == {"accepted": 3}, report.held
    lines = heard()
    assert [(line["kind"], line.get("provider_message_id"), line.get("address")) for line in lines] == [
        ("delivered", "smsc-1", None), ("unsubscribed", None, "+79995550102"),
    ]  # fmt: skip
    assert all(line["event_id"] and line["occurred_at"] for line in lines)
