"""What people said since the last publication stops what is queued to them, and nothing else."""

import json
import sys
from datetime import timedelta
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "sending"))  # the outbox of made-up messages that tests of the sender share

from outbox import fill, message_id, now

from pipelines.responses.delivery import deliver
from pipelines.responses.segments import Segments, heard_now
from pipelines.responses.stops import stopped_messages
from pipelines.sources.landing import land
from pipelines.warehouse import connect

ADDRESS = "Anna@example.com"


def say(kind: str = "unsubscribed", *, to: str = "responses", **line: object) -> None:
    writer = Segments(to)
    writer.append([heard_now({"kind": kind} | line)])
    writer.close()


def stopped() -> set[str]:
    with connect() as connection:
        return set(stopped_messages(connection))


@pytest.fixture
def queued(data):
    """0 and 1 go to one address, in two spellings; 2 is a receipt to it; 3 is an SMS of the same customer; 4 is anybody's."""
    fill(2, addresses={0: ADDRESS, 1: ADDRESS.lower()})
    fill(1, first=2, addresses={2: ADDRESS}, purpose="transactional")
    fill(1, first=3, channel="sms", addresses={3: "+79995550101"})
    fill(2, first=4)
    with connect() as connection:
        connection.execute(
            "update communications.outbox set customer_id = 'anna' where message_id in (select unnest($ids))", {"ids": [message_id(n) for n in range(4)]}
        )


BOTH = {message_id(0), message_id(1)}


def test_nothing_is_stopped_that_nobody_said(queued):
    say("opened", message_id=message_id(0))
    assert stopped() == set()


def test_an_unsubscription_stops_every_advertising_to_its_address_on_its_channel(queued):
    say(message_id=message_id(0), scope="marketing/email")
    assert stopped() == BOTH


def test_one_from_everything_stops_every_channel_and_no_receipt(queued):
    say(message_id=message_id(0), scope="marketing/all")
    assert stopped() == BOTH | {message_id(3)}


def test_an_unsubscription_from_another_channel_stops_that_one(queued):
    say(message_id=message_id(0), scope="marketing/sms")
    assert stopped() == {message_id(3)}, "the same customer's, though at another address"


def test_a_reply_by_sms_stops_its_number(queued):
    say(channel="sms", address="+79995550101", scope="marketing/sms")
    assert stopped() == {message_id(3)}


def test_a_complaint_stops_and_a_mistake_that_was_taken_back_does_not(queued):
    say("complained", message_id=message_id(4))
    for second, method in enumerate(("one_click", "page")):
        say(message_id=message_id(0), scope="marketing/email", method=method, occurred_at=f"2026-01-01T10:00:0{second}Z")
    say("resubscribed", message_id=message_id(0), scope="marketing/email", method="page", occurred_at="2026-01-01T10:01:00Z")
    assert stopped() == {message_id(4)}


@pytest.mark.parametrize("stop", [
    {"message_id": message_id(1)}, {"scope": "marketing/all"}, {"method": "mail"}, {"kind": "complained", "method": None, "scope": None}, {"method": None},
    {"message_id": None, "channel": "email", "address": ADDRESS, "method": "reply"}, {"occurred_at": "2026-01-01T10:02:00Z"}, {"occurred_at": "never"},
])  # fmt: skip
def test_a_mistake_takes_back_what_its_own_link_said_before_and_nothing_else(queued, stop):
    said = {"message_id": message_id(0), "scope": "marketing/email", "method": "page", "occurred_at": "2026-01-01T10:00:00Z"}
    say(**said | stop)
    say("resubscribed", **said | {"occurred_at": "2026-01-01T10:01:00Z"})
    assert stopped() >= BOTH


def test_a_mistake_does_not_take_back_what_a_provider_tells(queued):
    sendgrid = Segments("sendgrid")
    sendgrid.append_raw(b'[{"email":"anna@example.com","event":"unsubscribe","timestamp":1767225600}]\n')
    sendgrid.close()
    say("resubscribed", message_id=message_id(0), scope="marketing/email", method="page")
    assert stopped() == BOTH


def test_providers_say_it_in_their_words(queued):
    sendgrid = Segments("sendgrid")
    sendgrid.append_raw(
        b'[{"email":"anna@example.com","event":"open","timestamp":1767225600},{"email":"ANNA@example.com","event":"unsubscribe","timestamp":1767225600}]\n'
    )
    unisender = Segments("unisender")
    body = {"events_by_user": [{"events": [{"event_data": {"email": "person4@example.com", "status": "spam", "event_time": "2026-01-01 10:00:00"}}]}]}
    unisender.append_raw(json.dumps(body).encode() + b"\n")
    assert stopped() == BOTH | {message_id(4)}


def test_it_holds_on_its_way_into_the_warehouse_until_it_is_published(queued, data):
    say(message_id=message_id(0), scope="marketing/email")
    deliver()
    assert stopped() == BOTH, "in the inbox, not landed"
    land(now())
    assert stopped() == BOTH, "landed, not published"
    version = {
        "version": "000001-x",
        "run_at": f"{now() + timedelta(minutes=1):%Y-%m-%d %H:%M:%S}",
        "full": "",
        "pseudonymised": "",
        "fingerprint": {},
        "rows": {},
    }
    (data / "published").mkdir()
    (data / "published/current.json").write_text(json.dumps(version))
    assert stopped() == set(), "the marts know, and decide"


def test_half_a_line_that_is_being_written_is_left_for_the_next_time(queued, data):
    say(message_id=message_id(4), scope="marketing/email")
    (data / "responses/responses_now.jsonl").write_bytes(b'{"kind":"unsubscribed","message_id":"' + message_id(0).encode())
    assert stopped() == {message_id(4)}


def test_hostile_lines_stop_nobody_else(queued, data):
    say(address="' or 1=1 --", channel="email", scope="marketing/email")
    say(message_id={"a": [1]}, scope=["marketing/all"])
    say(message_id=message_id(4), scope="marketing/email", occurred_at="never")
    (data / "responses/sendgrid_x.jsonl").write_text('null\n3\n"x"\n[1,null,{"email":{"a":1},"event":["unsubscribe"]}]\n{"event":"unsubscribe"}\n')
    assert stopped() == {message_id(4)}
