"""Messenger and SMS are answered as their channels tell it: by receipts and refusals, by clicks through the collector, by replies."""

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipelines.demo import answer_lines, answers
from pipelines.demo.draws import connection
from pipelines.demo.files import Company
from pipelines.responses.settings import Webhooks
from pipelines.responses.webhooks import telegram
from pipelines.sending.channels.smpp import inbound
from tests.pipelines.experiments.test_demo_truth import BIRTHDAYS

END = datetime(2026, 1, 15, 6)
SECRET = "made up for this test"


def written(folder: Path) -> tuple[dict[str, str], list[dict]]:
    """The channel of each message planned, and the lines."""
    with connection(1) as con:
        con.execute("attach ':memory:' as w")
        con.execute(BIRTHDAYS)
        answers.draw(con)
        answer_lines.write(Company(con, folder, datetime(2026, 1, 1, 6), END), "day")
        planned = dict(con.execute("select message_id, channel from w.communications.outbox where not is_phantom").fetchall())
    return planned, [json.loads(line) for line in (folder / "responses" / "sent_answers_day.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> tuple[dict[str, str], list[dict]]:
    return written(tmp_path_factory.mktemp("told"))


def test_each_message_is_handed_over_or_refused_once_and_told_of_under_ids_of_its_own(told):
    planned, lines = told
    handed = Counter(line["message_id"] for line in lines if line["event_id"].startswith("sent:"))
    assert handed.keys() == planned.keys() and max(handed.values()) == 1
    assert len({line["event_id"] for line in lines}) == len(lines)


def test_an_sms_has_one_receipt_and_telegram_tells_only_that_the_bot_is_blocked(told):
    _, lines = told
    sms = {line["provider_message_id"] for line in lines if line["kind"] == "sent" and line["channel"] == "sms"}
    receipts = Counter(line["provider_message_id"] for line in lines if line.get("status") in ("DELIVRD", "UNDELIV"))
    assert receipts.keys() == sms and max(receipts.values()) == 1
    undeliverable = sum(line.get("status") == "UNDELIV" for line in lines)
    assert 0.03 < undeliverable / len(sms) < 0.05
    about_chats = {(line["kind"], line.get("diagnostic") or line.get("status")) for line in lines if line.get("channel") == "messenger"}
    assert about_chats == {
        ("sent", None), ("failed", "Forbidden: bot was blocked by the user"), ("bounced", "blocked by the user"), ("unsubscribed", None)}  # fmt: skip
    assert not [line for line in lines if line["kind"] == "opened"], "nobody tells of it"


def test_who_did_not_get_it_does_not_click_and_previews_tell_what_they_are(told):
    planned, lines = told
    refused = {line["message_id"] for line in lines if line["kind"] == "failed"}
    clicks = [line for line in lines if line["kind"] == "clicked"]
    people = Counter(planned[line["message_id"]] for line in clicks if "Bot" not in line["user_agent"])
    machines = Counter(planned[line["message_id"]] for line in clicks if "Bot" in line["user_agent"])
    assert refused and not refused & {line["message_id"] for line in clicks}
    assert people["messenger"] > people["sms"] > 300 and machines["messenger"] > 300 and not machines["sms"]


def test_receipts_and_replies_have_the_members_that_the_channels_write(told):
    """Held against what is made of a real receipt, a block and a reply."""
    _, lines = told

    def members(**like: str) -> set[str]:
        return next(line.keys() for line in lines if like.items() <= line.items())

    receipt = inbound(SimpleNamespace(esm_class=4, short_message=b"id:17 stat:UNDELIV err:001", message_state=5, receipted_message_id=b"17"))
    assert members(kind="bounced", channel="sms") == receipt.keys() | {"occurred_at"}
    chat = {"chat": {"id": 42}, "date": 1767261600}
    blocked = {"update_id": 1, "my_chat_member": {**chat, "new_chat_member": {"status": "kicked"}}}
    stopped = {"update_id": 2, "message": {**chat, "text": "/stop"}}
    for update, kind in ((blocked, "bounced"), (stopped, "unsubscribed")):
        ((_, line),) = telegram(Webhooks(telegram_secret=SECRET), {"x-telegram-bot-api-secret-token": SECRET}, json.dumps(update).encode())
        assert members(kind=kind, channel="messenger") == json.loads(line).keys()


def test_the_same_days_give_the_same_lines(told, tmp_path):
    assert written(tmp_path) == told


def test_whoever_bought_gets_no_reminder_any_more():
    with connection(1) as con:
        con.execute("attach ':memory:' as w")
        con.execute(BIRTHDAYS)
        con.execute("""insert into w.communications.outbox by name select * replace (md5('later' || message_id) as message_id, release_at + interval 10 day as release_at,
            release_at + interval 10 day as tick_at, release_at + interval 12 day as expires_at) from w.communications.outbox""")
        answers.draw(con)
        late, bought = con.execute("select count(*), (select count(*) from purchase) from message inner join purchase using (entry_id) where message.sent_at > ordered_at").fetchone()  # fmt: skip
        assert bought > 1000 and late == 0
