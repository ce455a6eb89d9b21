"""The whole way, by the commands that people run: planned, sent over SMTP, answered over HTTP and by mail, landed, in profile and consent, and gone on request."""

import contextlib
import email
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import Message
from email.utils import format_datetime
from pathlib import Path

import duckdb
import pytest
from aiosmtpd.controller import Controller
from listening import Running
from project_runs import copy_of_first_day
from test_mail import complaint, report, returned

from pipelines.settings import PROJECT

COLLECTOR = "https://answers.example.com"
READER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Thunderbird/140"}
# As if a tick had just planned them: the demo company lives in January 2026, the sender by the clock. And a second issue for everybody.
BROUGHT_UP_TO_NOW = """
update communications.outbox set due_at = $now - interval '1' hour, release_at = $now - interval '1' hour, expires_at = $now + interval '5' hour, quiet_from = null, quiet_to = null;
"""
SECOND_ISSUE = "insert into communications.outbox select * replace (md5(message_id) as message_id, 2 as visit, $now::timestamp as release_at) from communications.outbox where scenario = 'newsletter' and not is_phantom"


def now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


class Company:
    """A company on its first day, with `svod` as a person runs it, a relay that keeps what it takes, and a collector."""

    def __init__(self, data: Path, smtp_port: int, mails: list[Message]):
        self.data, self.mails = data, mails
        self.environment = os.environ | {
            "SVOD_DATA": str(data), "SVOD_INBOX": str(data / "inbox"), "SVOD_DBT_TARGET": str(data / "target"), "COLUMNS": "200",
            "SVOD_COLLECTOR__URL": COLLECTOR, "SVOD_COLLECTOR__HOSTS": '["*.example.com", "*.example.ru"]', "SVOD_SENDING__EMAIL__HOST": "127.0.0.1",
            "SVOD_SENDING__EMAIL__PORT": str(smtp_port), "SVOD_SENDING__EMAIL__SECURITY": "none", "SVOD_SENDING__EMAIL__FROM_ADDRESS": "shop@example.com",
            "SVOD_SENDING__EMAIL__RATE": "1000", "SVOD_SENDING__EMAIL__UNSUBSCRIBE_ADDRESS": "leave@example.com",
        }  # fmt: skip

    def svod(self, *arguments: str, **environment: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "pipelines.cli", *arguments], cwd=PROJECT, env=self.environment | environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def send(self, mode: str, *arguments: str) -> str:
        return self.svod("campaigns", "send", *arguments, SVOD_SENDING__EMAIL__MODE=mode, SVOD_SENDING__EMAIL__SANDBOX_ADDRESS="test@example.com")

    def warehouse(self, query: str, parameters: dict | None = None) -> list[tuple]:
        with duckdb.connect(str(self.data / "warehouse.duckdb")) as connection:
            return connection.execute(query, parameters).fetchall()


class Kept:
    """Keeps each mail with its envelope; one mailbox is not there."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.refused: str | None = None

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        if self.refused is None and address.endswith(("example.com", "example.org")) and not address.startswith("test@"):
            self.refused = address
        if address == self.refused:
            return f"550 5.1.1 <{address}>: Recipient address rejected: User unknown"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope) -> str:
        mail = email.message_from_bytes(envelope.content)
        mail["X-Envelope-From"], mail["X-Envelope-To"] = envelope.mail_from, envelope.rcpt_tos[0]
        self.mails.append(mail)
        return f"250 2.0.0 queued as Q{len(self.mails)}"


@pytest.fixture(scope="module")
def relay() -> Iterator[tuple[Kept, int]]:
    kept = Kept()
    controller = Controller(kept, hostname="127.0.0.1", port=0, server_hostname="relay.example.com")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        controller.port = free.getsockname()[1]
    controller.start()
    yield kept, controller.port
    controller.stop()


def html(mail: Message) -> str:
    return next(part.get_payload(decode=True).decode() for part in mail.walk() if part.get_content_type() == "text/html").replace("&amp;", "&")


def pixel(mail: Message) -> str:
    return re.search(rf'src="{COLLECTOR}(/o/[^"]+)"', html(mail))[1]


def link(mail: Message) -> str:
    return re.search(rf'href="{COLLECTOR}(/c/[^"]+)"', html(mail))[1]


def one_click(mail: Message) -> str:
    return re.search(rf"<{COLLECTOR}([^>]+)>", mail["List-Unsubscribe"])[1]


@pytest.fixture(scope="module")
def cycle(first_day_done, relay, tmp_path_factory) -> Company:
    """Sent in all modes, answered in all ways, and one more daily run, after which nothing is asked again."""
    kept, port = relay
    company = Company(copy_of_first_day(first_day_done, tmp_path_factory.mktemp("cycle")).data, port, kept.mails)
    company.svod("campaigns", "tick", "--at", "2026-01-06 09:00:00")
    company.warehouse(BROUGHT_UP_TO_NOW, {"now": now()})
    company.said = {"dry_run": company.svod("campaigns", "send"), "mails_after_dry_run": len(kept.mails)}
    company.said["sandbox"] = company.send("sandbox", "--limit", "3")
    company.trials = list(kept.mails)
    kept.mails.clear()
    company.said["live"] = company.send("live")
    company.first = list(kept.mails)
    company.refused = kept.refused
    _answer(company)
    company.warehouse(SECOND_ISSUE, {"now": now()})
    kept.mails.clear()
    company.said["second"] = company.send("live")
    company.second = list(kept.mails)
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.run", "--run-at", f"{now():%Y-%m-%d %H:%M:%S}"],
        cwd=PROJECT,
        env=company.environment,
        capture_output=True,
        text=True,
    )
    company.run = done.stdout + done.stderr
    return company


def _answer(company: Company) -> None:
    """A tester leaves; one opens and clicks, one's mail app fetches, a scanner follows, one leaves by one click, one from everything, two bounce, one complains, one writes."""
    opens, fetched, scanned, leaves, leaves_all, gone, full, complains, by_mail = company.first[:9]
    with collecting(company) as one:
        assert one.http.post(one_click(company.trials[0]), data={"List-Unsubscribe": "One-Click"}, headers=READER).status_code == 200
        assert one.http.get(pixel(opens), headers=READER).status_code == 200
        assert one.http.get(link(opens), headers=READER).status_code == 302
        one.http.get(pixel(fetched), headers={"User-Agent": "Mozilla/5.0"})
        one.http.head(link(scanned), headers=READER)
        one.http.get(one_click(leaves), headers=READER)
        assert one.http.post(one_click(leaves), data={"List-Unsubscribe": "One-Click"}, headers=READER).status_code == 200
        preferences = re.search(rf'href="{COLLECTOR}(/p/[^"]+)"', html(leaves_all))[1]
        assert one.http.post(preferences, data={"stop": "all"}, headers=READER).status_code == 200
    inbox = company.data / "inbox/responses/bounces/new"
    inbox.mkdir(parents=True)
    leaving = email.message_from_string(
        f"From: {by_mail['X-Envelope-To']}\nTo: leave@example.com\nSubject: {re.search('subject=([a-z0-9]+)', by_mail['List-Unsubscribe'])[1]}\n\n"
    )
    answers = {
        "gone": report(to=gone["X-Envelope-From"], original=returned(x_message_id=None)),
        "full": report(to=full["X-Envelope-From"], status="5.2.2", diagnostic="smtp; 552 5.2.2 mailbox full"),
        "complaint": complaint(original=returned(x_message_id=complains["X-Message-Id"])),
        "leaving": leaving,
    }
    for name, mail in answers.items():
        for header, value in {"Date": format_datetime(now()), "Message-ID": f"<{name}@example.net>"}.items():
            del mail[header]
            mail[header] = value
        (inbox / f"{name}.host").write_bytes(mail.as_bytes())


@contextlib.contextmanager
def collecting(company: Company) -> Iterator[Running]:
    """The company's collector, killed at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [Path(sys.executable).with_name("svod"), "campaigns", "collect", "--port", str(port)]
    process = subprocess.Popen(command, cwd=PROJECT, env=company.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    one = Running(process, port)
    try:
        one.wait()
        yield one
    finally:
        one.kill()


def interactions(company: Company, mail: Message) -> list[tuple]:
    query = "select kind, machine_rule, bounce_category from intermediate.int_interactions where message_id = $one and kind <> 'sent' order by occurred_at"
    return company.warehouse(query, {"one": mail["X-Message-Id"]})


def test_nothing_goes_out_before_a_channel_is_switched_on_and_then_to_the_test_address_only(cycle):
    assert "only written: dry run" in cycle.said["dry_run"] and cycle.said["mails_after_dry_run"] == 0
    assert [mail["X-Envelope-To"] for mail in cycle.trials] == ["test@example.com"] * 3
    assert "taken by the provider" in cycle.said["live"] and len(cycle.first) > 20


def test_a_tester_answers_for_nobody_and_the_real_message_follows_under_another_id(cycle):
    assert not {mail["X-Message-Id"] for mail in cycle.trials} & {mail["X-Message-Id"] for mail in [*cycle.first, *cycle.second]}
    tried = "select count(*), count(distinct message_id) from communications.attempts where mode = 'sandbox' and message_id {} (select message_id from communications.attempts where mode = 'live')"
    assert cycle.warehouse(tried.format("in")) == [(3, 3)] and cycle.warehouse(tried.format("not in")) == [(0, 0)]
    assert cycle.warehouse("select reason, count(*) from staging.stg_responses__rejected group by all") == [("about no message that is known", 1)]


def test_a_real_mail_carries_signed_links_and_what_mailboxes_ask_of_senders(cycle):
    for mail in cycle.first:
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" and mail["X-Envelope-From"].startswith("bounce+")
        assert not re.search(r'href="https?://(?!answers\.example\.com)', html(mail)), "every link to the shop is counted"
        assert mail["X-Envelope-To"] not in "".join(re.findall(rf"{COLLECTOR}[^\"]+", html(mail))), "nothing of the person is in a link"


def test_the_run_after_it_lands_what_was_sent_and_answered(cycle):
    sent = cycle.warehouse("select count(*), count(distinct message_id) from intermediate.int_interactions where kind = 'sent'")
    assert sent == [(len(cycle.first) + len(cycle.second),) * 2], cycle.run[:3000] + cycle.run[-3000:]
    assert list((cycle.data / "responses").iterdir()) == []


def test_people_and_machines_are_told_apart_and_the_raw_hits_stay(cycle):
    opens, fetched, scanned = cycle.first[:3]
    assert [row[0] for row in interactions(cycle, opens)] == ["opened", "clicked"]
    assert interactions(cycle, fetched) == [("opened", "mail_privacy", None)]
    assert interactions(cycle, scanned) == [("clicked", "prefetch", None)]


def test_only_a_bad_recipient_and_a_complaint_suppress(cycle):
    gone, full, complains = cycle.first[5:8]
    assert interactions(cycle, gone) == [("bounced", None, "recipient")]
    assert interactions(cycle, full) == [("bounced", None, "mailbox")]
    assert interactions(cycle, complains) == [("complained", None, None)]
    reasons = dict(cycle.warehouse("select address, reasons from marts.suppressions where sources like '%responses%'"))
    assert reasons == {gone["X-Envelope-To"]: "hard_bounce", complains["X-Envelope-To"]: "complaint", cycle.refused: "hard_bounce"}


def test_leaving_stops_what_was_queued_at_once_and_is_a_withdrawal_with_its_proof(cycle):
    leaves, leaves_all, by_mail = cycle.first[3], cycle.first[4], cycle.first[8]
    reached = {mail["X-Envelope-To"] for mail in cycle.second}
    assert len(reached) > 10 and not reached & {leaves["X-Envelope-To"], leaves_all["X-Envelope-To"]}
    said = cycle.warehouse(
        """select raw_value, channel, action, method, evidence ->> 'method', evidence ->> 'message_id' from intermediate.int_consent_events
           where source = 'responses' and evidence ->> 'message_id' is not null"""
    )
    assert set(said) == {
        (leaves["X-Envelope-To"], "email", "withdrawn", "link", "one_click", leaves["X-Message-Id"]),
        (leaves_all["X-Envelope-To"], "any", "withdrawn", "link", "page", leaves_all["X-Message-Id"]),
        (by_mail["X-Envelope-To"], "email", "withdrawn", "reply", "mail", by_mail["X-Message-Id"]),
    }  # fmt: skip
    granted = "select count(*) from marts.customer_channels where address = $one and has_consent"
    assert all(cycle.warehouse(granted, {"one": mail["X-Envelope-To"]}) == [(0,)] for mail in (leaves, leaves_all, by_mail))


def test_the_profile_knows(cycle):
    address = cycle.first[0]["X-Envelope-To"]
    (customer,) = cycle.warehouse("select distinct customer_id from marts.customer_identifiers where value = $one", {"one": address})
    seen = cycle.warehouse(
        "select event_name, kind, is_by_customer from marts.customer_timeline where customer_id = $one and source = 'responses' order by occurred_at",
        {"one": customer[0]},
    )
    assert {row for row in seen} >= {("email_sent", "message", False)}
    assert [row[0] for row in seen if row[0] in ("email_opened", "email_clicked")] == ["email_opened", "email_clicked"]


def test_the_next_run_finds_nothing_new_and_sends_nothing_twice(cycle):
    """The clock is the real one, so a birthday may have come meanwhile, and nothing else."""
    before, had = len(cycle.mails), {mail["X-Message-Id"] for mail in [*cycle.first, *cycle.second]}
    cycle.send("live")
    new = [mail["X-Message-Id"] for mail in cycle.mails[before:]]
    assert had.isdisjoint(new) and len(had) == len(cycle.first) + len(cycle.second)
    planned = cycle.warehouse("select message_id from communications.outbox where scenario = 'birthday'")
    assert {(message_id,) for message_id in new} <= set(planned)


def test_whoever_asks_is_gone_from_answers_too(cycle):
    """Last, since it takes a person out: address and messages stand nowhere any more, in no file of the data folder."""
    sys.path.append(str(Path(__file__).parents[1] / "privacy"))
    from seek import found

    mail = cycle.first[0]
    cycle.svod("privacy", "erase", mail["X-Envelope-To"], "--reference", "2026-1", "--yes")
    places = found(cycle.data, {mail["X-Envelope-To"], mail["X-Message-Id"]}, set())
    assert [place for place in places if not place[0].startswith(".")] == []
