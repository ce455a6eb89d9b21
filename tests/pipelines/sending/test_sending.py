"""A run of the sender against real SMTP servers: what goes out, what does not, and what a misbehaving peer can do to it."""

import json
import threading
import time
from datetime import timedelta

import pytest
from outbox import cancelled, fill, message_id, now, outcomes, parts, told, written
from servers import Misbehaving

from pipelines.campaigns.schema import Policy
from pipelines.messages.render import renderer
from pipelines.sending import journal
from pipelines.sending.channel import Result
from pipelines.sending.claim import Terms, batches, claim
from pipelines.sending.run import send
from pipelines.settings import settings

TERMS = Terms("email", "live", "relay", 100, 3, 0.0)


def test_what_is_due_goes_out_once_and_a_second_run_sends_nothing(email):
    ids = fill(120)
    fill(3, first=200, release_at=now() + timedelta(hours=1))
    fill(3, first=300, is_phantom=True)
    with Misbehaving().serving() as server:
        email(port=server.port, _batch=50)
        report = send(parts(), channels=("email",))
        assert report.counts["email"] == {"accepted": 120}
        assert send(parts(), channels=("email",)).counts["email"] == {}
    assert server.accepted == dict.fromkeys(ids, 1)
    assert outcomes() == {"accepted": 120}
    assert list(batches().iterdir()) == []


def test_a_slot_that_an_outage_made_too_late_expires_and_is_not_sent(email):
    fill(5, expires_at=now() - timedelta(minutes=1))
    with Misbehaving().serving() as server:
        email(port=server.port)
        send(parts(), channels=("email",))
    assert not server.accepted
    assert cancelled() == {"expired": 5}
    assert outcomes() == {}


def test_whoever_withdrew_after_planning_gets_nothing(email):
    fill(5)
    taken_back = "insert into communications.cancellations select message_id, $now, 'suppressed', $now from communications.outbox where customer_id = 'c3'"
    with Misbehaving().serving() as server:
        email(port=server.port)
        send(parts(withdrawn=lambda connection, moment, _: connection.execute(taken_back, {"now": moment})), channels=("email",))
    assert set(server.accepted) == {message_id(n) for n in (0, 1, 2, 4)}


def test_two_senders_at_the_same_second_never_claim_the_same_message(email):
    fill(100)
    email(port=1)
    claimed = []
    threads = [threading.Thread(target=lambda: claimed.append(claim(TERMS, lambda *_: None)[0])) for _ in range(2)]
    threads += [threading.Thread(target=lambda: claimed.append(claim(Terms("email", "live", "relay", 30, 3, 0.0), lambda *_: None)[0])) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    ids = [row["message_id"] for batch in claimed if batch for row in batch.rows]
    assert len(ids) == len(set(ids)) == 100


def test_a_dry_run_is_the_default_and_leaves_the_messages_to_be_sent(email, data):
    fill(10)
    assert send(parts(channels={}), channels=("email",)).counts["email"] == {"dry_run": 10}
    assert send(parts(channels={}), channels=("email",)).counts["email"] == {}
    with Misbehaving().serving() as server:
        email(port=server.port)
        send(parts(), channels=("email",))
    assert sum(server.accepted.values()) == 10
    assert outcomes() == {"dry_run": 10, "accepted": 10}


def test_a_sandbox_sends_everything_to_the_one_address(email):
    fill(6)
    with Misbehaving().serving() as server:
        email(port=server.port, mode="sandbox", sandbox_address="tester@example.org")
        send(parts(), channels=("email",))
    assert {recipient for _, recipient in server.envelopes} == {"tester@example.org"}
    assert len(server.mails) == 6


def test_a_channel_that_is_not_set_up_holds_its_messages_and_says_why(email, monkeypatch):
    fill(3)
    email(host="")
    report = send(parts(), channels=("email", "sms"))
    assert report.held == {"email": "sending.email: host not set"}
    assert outcomes() == {}


@pytest.mark.parametrize(
    ("verb", "answer", "expected"),
    [
        ("MAIL", "451 4.3.0 later", "deferred"),
        ("MAIL", "550 5.7.1 no", "failed"),
        ("RCPT", "450 4.2.0 greylisted", "deferred"),
        ("RCPT", "550 5.1.1 <person1@example.com> is unknown", "failed"),
        ("DATA", "451 4.3.0 later", "deferred"),
        ("DATA", "554 5.7.1 no", "failed"),
        ("DOT", "451 4.3.0 later", "deferred"),
        ("DOT", "554 5.6.0 content refused", "failed"),
        ("DOT", "drop", "unknown"),
        ("DOT", "accept and drop", "unknown"),
        ("RCPT", "554 5.7.1 go away\r\ndrop", "failed"),
        ("RCPT", "drop", "deferred"),
    ],
)
@pytest.mark.parametrize("offers", [("PIPELINING",), ()])
def test_a_refusal_at_any_verb_is_that_messages_own(email, verb, answer, expected, offers):
    """The third message is refused at each try; everybody else gets theirs. Nothing about a marketing message that is in doubt is tried again."""
    ids = fill(8)
    poisoned = message_id(3)

    def behaves(heard: str, line: str, _: int) -> str | None:
        if heard == "MAIL":
            behaves.now = f"+v{poisoned[:20]}@" in line
        return answer if heard == verb and behaves.now else None

    with Misbehaving(behaves, offers=offers).serving() as server:
        email(port=server.port, _attempts=2, _backoff=0, connections=1)
        send(parts(), channels=("email",))
    gone = {key for key, count in server.accepted.items() if count}
    assert gone - {poisoned} == set(ids) - {poisoned}
    assert max(server.accepted.values()) == 1
    found = [row[0] for row in told(f"select outcome from communications.attempts where message_id = '{poisoned}' order by attempt")]
    assert found == (["deferred", "failed"] if expected == "deferred" else [expected])
    told_of = told("select coalesce(string_agg(diagnostic), '') from communications.attempts")[0][0]
    assert "@" not in told_of and "person1" not in told_of


def test_a_transactional_message_in_doubt_is_sent_again_under_the_same_id(email):
    (one,) = fill(1, purpose="transactional")
    with Misbehaving(lambda verb, line, begun: "accept and drop" if verb == "DOT" and begun == 1 else None).serving() as server:
        email(port=server.port, _backoff=0)
        send(parts(), channels=("email",))
    assert server.accepted == {one: 2}
    assert outcomes() == {"unknown": 1, "accepted": 1}
    assert b"Message-ID: <%b@example.com>" % one.encode() in server.mails[1]


@pytest.mark.parametrize(("answer", "verbs"), [("421 4.7.0 too much", ("MAIL", "CONNECT")), ("454 4.7.0 Throttling failure: sending rate exceeded", ("DOT",))])
def test_a_storm_of_421_or_454_slows_the_sender_down_and_loses_nothing(email, data, answer, verbs):
    ids = fill(60)
    storm = time.monotonic() + 1.2
    with Misbehaving(lambda verb, *_: answer if verb in verbs and time.monotonic() < storm else None).serving() as server:
        email(port=server.port, _attempts=1)
        report = send(parts(), channels=("email",))
    assert server.accepted == dict.fromkeys(ids, 1)
    assert report.counts["email"]["accepted"] == 60
    rates = json.loads((data / "communications" / "rates.json").read_text())
    assert rates["127.0.0.1"]["rate"] < 10_000


def test_one_recipient_that_always_meets_421_holds_up_nobody_for_good(email, monkeypatch):
    monkeypatch.setattr("pipelines.sending.deliver.FIRST_PAUSE", 0.01)
    ids = fill(6)
    with Misbehaving(lambda verb, line, _: "421 4.7.0 not for her" if verb == "RCPT" and "person3@" in line else None).serving() as server:
        email(port=server.port, connections=1, _patience=1)
        report = send(parts(), channels=("email",))
    assert server.accepted == dict.fromkeys(set(ids) - {message_id(3)}, 1)
    assert report.counts["email"]["accepted"] == 5


def test_a_relay_that_takes_nothing_is_given_up_on_and_the_messages_stay(email):
    fill(20)
    email(port=1, _patience=0.3, _backoff=0)
    report = send(parts(), channels=("email",))
    assert "unreachable" in report.held["email"]
    with Misbehaving().serving() as server:
        email(port=server.port)
        send(parts(), channels=("email",))
    assert sum(server.accepted.values()) == 20


def test_what_a_batch_asked_is_asked_again_before_what_is_left_of_it_goes(email):
    ids, asked = fill(40), []

    def withdrawn(connection, moment, _):  # from the second claim on nobody wants anything
        asked.append(moment)
        if len(asked) > 1:
            connection.execute("create or replace temp table not_now as select message_id from communications.outbox")

    with Misbehaving().serving() as server:
        email(port=server.port, rate=10, _recheck_after=0.5)
        send(parts(withdrawn=withdrawn), channels=("email",))
    assert 0 < len(server.accepted) < len(ids)
    assert len(asked) == 2
    assert outcomes() == {"accepted": len(server.accepted)}


class Busy:
    """Stands before a real channel and lets nothing through: what it answers is a provider's own word for "too much"."""

    name, provider, idempotency_hours = "email", "busy", 0

    def __init__(self, retry_after: float):
        self.retry_after, self.asked = retry_after, 0

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_): ...

    async def send(self, message):
        self.asked += 1
        return Result(outcome="deferred", code="smpp_0x58", diagnostic="throttled", retry_after=self.retry_after)


@pytest.mark.parametrize("retry_after", [0.01, 1800])
def test_a_provider_that_is_busy_in_its_own_words_uses_up_no_attempt_and_holds_nothing_beyond_patience(email, retry_after):
    fill(1)
    email(_patience=0.3, _backoff=0, _attempts=2)
    for _ in range(3):
        busy, begun = Busy(retry_after), time.monotonic()
        report = send(parts(channels={"email": lambda *_, one=busy: one}), channels=("email",))
        assert time.monotonic() - begun < 30
        assert "busy takes nothing: 429 smpp_0x58: throttled" in report.held["email"]
        assert busy.asked == 1 if retry_after > 1 else busy.asked > 2
    assert set(outcomes()) == {"deferred"}
    with Misbehaving().serving() as server:
        email(port=server.port, _attempts=2)
        send(parts(), channels=("email",))
    assert sum(server.accepted.values()) == 1


def test_a_rate_per_recipient_domain_is_kept(email):
    fill(12, addresses={n: f"p{n}@{'slow' if n < 6 else 'fast'}.example.com" for n in range(12)})
    moments: dict[str, float] = {}
    with Misbehaving(lambda verb, line, _: moments.update({line: time.monotonic()}) if verb == "RCPT" else None).serving() as server:
        email(port=server.port, connections=1, recipient_rates='{"slow.example.com": 5}')
        send(parts(), channels=("email",))
    slow = sorted(moment for line, moment in moments.items() if "@slow" in line)
    assert len(server.accepted) == 12
    assert slow[-1] - slow[0] > 0.75  # five more at five a second, of which one was there at once
    assert max(moment for line, moment in moments.items() if "@fast" in line) < slow[2]  # which held up nobody else


def test_hostile_addresses_and_broken_renderings_harm_nobody_else(email):
    bad = {
        1: "a@example.com\r\nRCPT TO:<b@example.com>",
        2: "no address",
        3: 'x"@example.com',
        4: "a@exa mple.com",
        5: "a@-.com",
        6: "x" * 300 + "@example.com",
    }
    ids = fill(12, addresses=bad)

    def render(rows: list[dict]) -> list:
        if any(row["customer_id"] == "c7" for row in rows):
            raise ValueError("the name of somebody")
        return written(rows)

    with Misbehaving().serving() as server:
        email(port=server.port)
        send(parts(render=render), channels=("email",))
    assert set(server.accepted) == {ids[n] for n in (0, 8, 9, 10, 11)}
    failed = told(
        "select split_part(diagnostic, ':', 1), count(*) from communications.attempts where outcome = 'failed' and code is null group by all order by all"
    )
    assert failed == [("bad_address", 6), ("render_error", 1)]
    assert "somebody" not in (journal.folder() / "000001-email.jsonl").read_text()


def test_messages_of_a_broken_template_wait_for_it_to_be_mended_and_hold_up_no_other(email, data):
    """Longer than a message is tried that a recipient's side puts off."""
    ids, folder, links = fill(8), data / "campaigns", dict.fromkeys(("unsubscribe_url", "preferences_url", "view_url"), "https://example.com/")
    told("update communications.outbox set template = 'other' where customer_id in ('c0', 'c1', 'c2') returning 1")
    for template in ("hello", "other"):
        (folder / "welcome/templates" / template).mkdir(parents=True)
        (folder / "welcome/templates" / template / "subject.ru.txt").write_text("Привет")
        (folder / "welcome/templates" / template / "email.ru.mjml").write_text(
            "<mjml><mj-body><mj-section><mj-column><mj-text>Hi</mj-text></mj-column></mj-section></mj-body></mjml>"
        )
    broken, mended = "{% if %}", "Привет"

    def run() -> dict:
        with renderer(folder, Policy()) as render:
            return send(parts(render=render, links=lambda row: links), channels=("email",)).counts["email"]

    subject = folder / "welcome/templates/hello/subject.ru.txt"
    with Misbehaving().serving() as server:
        email(port=server.port, _attempts=1, _backoff=0)
        subject.write_text(broken)
        assert run() == {"accepted": 3, "deferred": 5}
        assert run() == {}
        told("update communications.attempts set started_at = started_at - interval 61 second, finished_at = finished_at - interval 61 second returning 1")
        assert run() == {"deferred": 5}
        told("update communications.attempts set started_at = started_at - interval 121 second, finished_at = finished_at - interval 121 second returning 1")
        told("update communications.outbox set expires_at = release_at where customer_id = 'c7' returning 1")
        subject.write_text(mended)
        assert run() == {"accepted": 4}
    assert server.accepted == dict.fromkeys(ids[:7], 1)
    assert cancelled() == {"expired": 1}
    assert "subject.ru.txt, line 1" in told("select diagnostic from communications.attempts where code = 'unwritten' limit 1")[0][0]


def test_a_slow_server_is_waited_for(email):
    fill(12)
    with Misbehaving(delay=0.05).serving() as server:
        email(port=server.port)
        send(parts(), channels=("email",))
    assert sum(server.accepted.values()) == 12


def test_a_torn_journal_is_read_up_to_its_tear_and_again_gives_nothing(email, data):
    ids = fill(3)
    batch, _ = claim(TERMS, lambda *_: None)
    first, second, third = [row["message_id"] for row in batch.rows]
    batch.journal.handing_over(first, 1)
    batch.journal.handing_over(second, 1)
    batch.journal.close()
    with (journal.folder() / f"{batch.name}.jsonl").open("a") as file:
        file.write('{"line": "S", "message_id": "' + second[:10])
    again, _ = claim(TERMS, lambda *_: None)
    assert [row["message_id"] for row in again.rows] == [third]
    again.journal.close()
    assert told("select message_id, outcome from communications.attempts order by all") == sorted([(first, "unknown"), (second, "unknown")])
    (settings().warehouse).unlink()  # a lost warehouse gets its attempts back from the journals
    fill(0)
    assert claim(TERMS, lambda *_: None) == (None, None)
    assert outcomes() == {"unknown": 2}
    assert len(ids) == 3
