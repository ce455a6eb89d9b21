"""The demo's customers answer what campaigns planned: as providers and shops write it, with a truth that can be held against the results."""

import csv
import json
from collections import Counter
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from project_runs import copy_of_first_day

from pipelines.demo.answers import Answered, NothingToAnswer, answer
from pipelines.settings import settings

DAYS = 14


def answer_of(made: Path, folder: Path) -> tuple[Path, Answered]:
    """The answers of a copy of the company."""
    data = copy_of_first_day(made, folder).data
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("SVOD_DATA", str(data))
        monkeypatch.setenv("SVOD_INBOX", str(data / "inbox"))
        settings.cache_clear()
        try:
            return data, answer(DAYS)
        finally:
            settings.cache_clear()


@pytest.fixture(scope="module")
def answered(first_day_done, tmp_path_factory) -> tuple[Path, Answered]:
    return answer_of(first_day_done, tmp_path_factory.mktemp("company"))


def events(folder: Path) -> list[tuple[str, str, datetime]]:
    """message_id, what happened and when, of both providers."""
    found = []
    for path in (folder / "inbox" / "esp").glob("sendgrid_answers_*"):
        for line in path.read_text().splitlines():
            found += [(e["sg_message_id"], e["event"], datetime.fromtimestamp(e["timestamp"])) for e in json.loads(line)]
    for path in (folder / "inbox" / "esp").glob("unisender_answers_*"):
        for line in path.read_text().splitlines():
            for body in json.loads(line)["events_by_user"]:
                found += [(e["event_data"]["job_id"], e["event_data"]["status"], datetime.fromisoformat(e["event_data"]["event_time"])) for e in body["events"]]
    return found


def test_only_what_was_planned_for_sending_is_answered_and_each_letter_once(answered):
    folder, told = answered
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        planned = {name for (name,) in connection.execute("select message_id from communications.outbox where not is_phantom and channel = 'email'").fetchall()}
        phantoms = connection.execute("select count(*) from communications.outbox where is_phantom").fetchone()[0]
    found = events(folder)
    sent = Counter(message for message, event, _ in found if event in ("processed", "sent"))
    assert sent and phantoms and set(sent) <= planned
    assert max(sent.values()) == 1
    assert told.letters == sum(event == "delivered" for _, event, _ in found) > 0
    assert {message for message, *_ in found} == set(sent)
    assert max(moment for *_, moment in found) < told.until


def test_who_left_or_bounced_gets_no_more(answered):
    folder, _ = answered
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        addresses = dict(connection.execute("select message_id, lower(address) from communications.outbox").fetchall())
    found = events(folder)
    endings = {message for message, event, _ in found if event in ("bounce", "hard_bounced", "unsubscribe", "unsubscribed", "spamreport", "spam")}
    sent = {message: moment for message, event, moment in found if event in ("processed", "sent")}
    assert endings
    for ending in endings:
        assert all(sent[other] <= sent[ending] for other in sent if addresses[other] == addresses[ending])


def test_purchases_are_orders_of_the_shop_with_ids_of_their_own(answered):
    folder, told = answered
    (path,) = (folder / "inbox" / "orders").glob("zakazy_answers_*")
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert len({row["Номер заказа"] for row in rows}) == len(rows) <= told.purchases
    assert all(row["Электронная почта"] or row["Телефон"] or row["ID клиента"] for row in rows)


def test_the_same_days_give_the_same_bytes(answered, first_day_done, tmp_path):
    folder, told = answered
    again, told_again = answer_of(first_day_done, tmp_path)
    assert told_again == told
    for path in [*(folder / "inbox").rglob("*answers*"), folder / "truth" / "effects.parquet"]:
        assert (again / path.relative_to(folder)).read_bytes() == path.read_bytes(), path.name


def test_only_the_demo_answers(data):
    with pytest.raises(NothingToAnswer, match="svod run --demo"):
        answer(DAYS)
