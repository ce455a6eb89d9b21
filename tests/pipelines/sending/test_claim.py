"""What is claimed when: after a deferral, in doubt, with a provider that knows repetitions; and rates that outlive their process."""

import dataclasses
import json
import os
import time
from contextlib import nullcontext
from datetime import timedelta

import pytest
from outbox import fill, now, outcomes, parts, told
from typer.testing import CliRunner

from pipelines.campaigns.tables import TABLES
from pipelines.cli import app
from pipelines.sending import journal
from pipelines.sending.channel import Result
from pipelines.sending.claim import Terms, batches, claim, settle
from pipelines.sending.rates import Rates
from pipelines.settings import settings
from pipelines.warehouse import connect

TERMS = Terms("email", "live", "relay", 100, 3, 60.0)


def claimed(terms: Terms = TERMS, at=None) -> list[tuple[str, int]]:
    """Claims, and leaves the claim at once as a process does that dies before it begins."""
    batch, _ = claim(terms, lambda *_: None, at)
    if batch is None:
        return []
    batch.journal.close()
    return [(row["message_id"], row["attempt"]) for row in batch.rows]


def attempted(outcome: str, code: str | None = None, terms: Terms = TERMS, at=None) -> None:
    """Claims and makes one attempt at each message."""
    batch, _ = claim(terms, lambda *_: None, at)
    for row in batch.rows:
        batch.journal.handing_over(row["message_id"], row["attempt"])
        if outcome != "killed":
            batch.journal.answered(row["message_id"], row["attempt"], Result(outcome=outcome, code=code))
    batch.journal.close()
    settle()


def test_what_a_dead_process_had_claimed_and_not_begun_is_free_again(data):
    (one,) = fill(1)
    assert claimed() == [(one, 1)]
    assert claimed() == [(one, 1)]
    settle()
    assert list(batches().iterdir()) == []
    assert outcomes() == {}


def test_what_a_live_process_has_in_hand_is_nobody_elses(data):
    fill(3)
    batch, _ = claim(TERMS, lambda *_: None)
    assert claimed() == []
    batch.journal.close()
    assert len(claimed()) == 3


def test_a_forked_child_does_not_keep_a_dead_parents_claim(data):
    fill(1)
    batch, _ = claim(TERMS, lambda *_: None)
    child = os.fork()
    if not child:
        time.sleep(5)
        os._exit(0)
    batch.journal.close()
    assert len(claimed()) == 1
    os.kill(child, 9)
    os.waitpid(child, 0)


def test_in_a_customers_quiet_hours_nothing_is_claimed_and_nothing_is_lost(data):
    one, other = fill(2)
    quiet = "insert into not_now select message_id from communications.outbox where message_id = $one"
    batch, _ = claim(TERMS, lambda connection, *_: connection.execute(quiet, {"one": one}))
    assert [row["message_id"] for row in batch.rows] == [other]
    batch.journal.close()
    assert {message for message, _ in claimed()} == {one, other}


def test_after_the_first_claim_only_those_whose_turn_it_is_are_asked_of_and_where_they_may_not_go_the_next(data):
    fill(40)
    terms, asked = dataclasses.replace(TERMS, size=4), []

    def withdrawn(connection, moment, among):
        connection.execute("create or replace temp table not_now (message_id varchar)")
        if not among:
            return
        turn = [one for (one,) in connection.execute(f"select message_id from {among} order by message_id").fetchall()]
        asked.append(len(turn))
        if len(asked) == 1:  # of the first four two have to wait, and one may no longer go
            connection.execute("insert into not_now select unnest($two::varchar[])", {"two": turn[:2]})
            connection.execute(
                "insert into communications.cancellations by name select $one as message_id, now()::timestamp as cancelled_at, 'no_basis' as reason, cancelled_at as tick_at",
                {"one": turn[2]},
            )

    with connect() as connection:
        order = [one for (one,) in connection.execute("select message_id from communications.outbox order by priority desc, release_at, message_id").fetchall()]
    batch, _ = claim(terms, withdrawn, is_first=False)
    assert [row["message_id"] for row in batch.rows] == order[3:7] and asked == [4, 16]
    batch.journal.close()
    batch, _ = claim(terms, withdrawn, is_first=True)
    assert [row["message_id"] for row in batch.rows] == [*order[:2], *order[3:5]] and len(asked) == 2
    batch.journal.close()


def test_what_is_put_off_waits_longer_each_time_and_is_given_up_after_the_last(data):
    fill(1)
    attempted("deferred", "450")
    assert claimed() == []
    soon = now() + timedelta(seconds=61)
    assert [attempt for _, attempt in claimed(at=soon)] == [2]
    attempted("deferred", "450", at=soon)
    assert claimed(at=now() + timedelta(seconds=100)) == []  # 120 seconds by now
    later = now() + timedelta(seconds=125)
    attempted("deferred", "450", at=later)
    assert claimed(at=later + timedelta(hours=1)) == []


def test_a_providers_trouble_uses_up_no_attempt_of_the_message(data):
    fill(1)
    for _ in range(5):
        attempted("deferred", "421", at=now() + timedelta(seconds=61))
    assert [attempt for _, attempt in claimed(at=now() + timedelta(seconds=61))] == [6]


@pytest.mark.parametrize(("purpose", "hours", "again"), [("marketing", 0, False), ("transactional", 0, True), ("marketing", 24, True)])
def test_what_is_in_doubt_is_sent_again_only_where_that_does_no_harm(data, purpose, hours, again):
    fill(1, purpose=purpose)
    terms = dataclasses.replace(TERMS, idempotency_hours=hours)
    attempted("killed", terms=terms)
    assert outcomes() == {"unknown": 1}
    assert claimed(terms) == []  # not at once: whatever broke may be broken still
    later = now() + timedelta(seconds=61)
    assert bool(claimed(terms, at=later)) == again
    if hours:  # the provider has forgotten by then what it may have taken, also where it put off a repetition since
        attempted("deferred", "503", terms=terms, at=later)
        assert [attempt for _, attempt in claimed(terms, at=later + timedelta(seconds=61))] == [3]
        with connect() as connection:
            connection.execute("update communications.attempts set started_at = started_at - interval 25 hours where outcome = 'unknown'")
        assert claimed(terms, at=later + timedelta(seconds=61)) == []


def test_a_batch_says_what_the_message_may_speak_of(data):
    fill(1)
    with connect() as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.customer_360 as select 'c0' as customer_id, 'Мария' as first_name, date '1990-05-01' as birth_date")
        connection.execute(f"create table communications.entries ({TABLES['entries']})")
        connection.execute(
            "insert into communications.entries by name select 'e0' as entry_id, 'welcome' as scenario, 1 as version, 'c0' as customer_id, 'x' as occurrence, $at::timestamp as entered_at, 'cart' as event_id, entered_at as tick_at",
            {"at": now()},
        )
        connection.execute("""create table marts.customer_timeline as select 'cart' as event_id, 'cart_updated' as event_name, timestamp '2026-01-01' as occurred_at, 'shop' as source,
            'web' as channel, null as campaign, 12.5 as amount, 'EUR' as currency, '{"items": [{"item_name": "Чайник"}]}' as properties""")
        connection.execute(
            "create schema intermediate; create table intermediate.int_events as select 'cart' as event_id, 'https://shop.example.com/cart' as url"
        )
    batch, _ = claim(TERMS, lambda *_: None)
    event = batch.rows[0]["event"]
    assert (event["event_name"], event["amount"], event["currency"], event["url"]) == ("cart_updated", 12.5, "EUR", "https://shop.example.com/cart")
    assert json.loads(event["properties"]) == {"items": [{"item_name": "Чайник"}]}
    assert batch.rows[0]["customer"] == {"customer_id": "c0", "first_name": "Мария", "birth_date": "1990-05-01"}
    assert batch.rows[0]["scenario"] == "welcome"
    batch.journal.close()


def test_a_journal_that_cannot_be_written_stops_the_sending(data, monkeypatch):
    fill(2)
    batch, _ = claim(TERMS, lambda *_: None)
    whole = os.write
    monkeypatch.setattr(os, "write", lambda file, text: whole(file, text[:10]))
    with pytest.raises(OSError, match="full"):
        batch.journal.handing_over("a", 1)
    monkeypatch.undo()
    with pytest.raises(OSError, match="nothing more is sent"):
        batch.journal.handing_over("b", 1)
    batch.journal.close()


def test_the_journal_holds_no_address(data):
    fill(1)
    attempted("accepted")
    assert "@" not in "".join(path.read_text() for path in journal.folder().iterdir())
    assert told("select mode, channel, provider from communications.attempts") == [("live", "email", "relay")]


def test_a_rate_is_shared_by_senders_and_outlives_them(tmp_path):
    first, second = (Rates(tmp_path / "rates.json", {"relay": 50}) for _ in range(2))
    began = time.time()
    taken = sum(not rates.take("relay") for rates in (first, second) for _ in range(40))
    assert taken <= 10 + 50 * (time.time() - began)  # a fifth of a second's worth, and what came in meanwhile
    first.slow_down("relay", 50)
    assert Rates(tmp_path / "rates.json", {"relay": 50}).take("relay") > 0
    assert json.loads((tmp_path / "rates.json").read_text())["relay"]["rate"] == 25
    for _ in range(1000):
        first.good("relay")
    first.take("relay")
    assert json.loads((tmp_path / "rates.json").read_text())["relay"]["rate"] == 50


@pytest.mark.parametrize("rate", [0.5, 7, 200, 5000])
@pytest.mark.parametrize("senders", [1, 3])
def test_a_rate_that_is_set_is_reached_and_not_exceeded(tmp_path, monkeypatch, rate, senders):
    """On a clock of the test's own, on which nothing takes time but waiting: each sender sleeps as long as it is told, then asks again."""
    clock = [1_000_000.0]
    monkeypatch.setattr("pipelines.sending.rates.time.time", lambda: clock[0])
    queue = [(clock[0], Rates(tmp_path / "rates.json", {"relay": rate}), number) for number in range(senders)]
    end, sent = clock[0] + max(20, 20 / rate), 0
    while (turn := min(queue, key=lambda one: (one[0], one[2])))[0] < end:
        queue.remove(turn)
        clock[0] = max(clock[0], turn[0])
        wait = turn[1].take("relay")
        sent += not wait
        queue.append((clock[0] + (wait and max(wait, 0.0001)), *turn[1:]))  # no timer is finer
    due = rate * (end - 1_000_000)
    assert 0.97 * due - 1 <= sent <= due + max(1, 0.2 * rate) + senders


def test_a_domain_that_was_slowed_down_stays_so_in_the_next_run(tmp_path):
    Rates(tmp_path / "rates.json", {}).slow_down("@example.com", 20)
    assert Rates(tmp_path / "rates.json", {}).limits == {"@example.com": 20}
    (tmp_path / "rates.json").write_text('{"a": 1}')
    assert Rates(tmp_path / "rates.json", {"relay": 5}).take("relay") == 0


def test_svod_campaigns_send_tells_what_became_of_the_messages(data, monkeypatch):
    fill(4)
    monkeypatch.setattr("pipelines.sending.parts.parts", lambda: nullcontext(parts()))
    done = CliRunner().invoke(app, ["campaigns", "send", "--channel", "email", "--limit", "3"])
    assert done.exit_code == 0
    assert "3" in done.output
    assert "only written" in done.output
    assert outcomes() == {"dry_run": 3}
    monkeypatch.setenv("SVOD_SENDING__EMAIL__MODE", "live")
    settings.cache_clear()
    done = CliRunner().invoke(app, ["campaigns", "send"])
    assert done.exit_code == 3
    assert "host and from_address not set" in done.output
    assert CliRunner().invoke(app, ["campaigns", "send", "--channel", "pigeon"]).exit_code == 2
