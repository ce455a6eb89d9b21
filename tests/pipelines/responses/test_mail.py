"""Mails that come back: real reports as mail servers and providers write them, and what a hostile sender may write."""

import email
import json
from datetime import datetime
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.responses import mail, tokens
from pipelines.sources.landing import check, land
from pipelines.warehouse import connect

MESSAGE = "0123456789abcdef0123456789abcdef"
OTHER = "f" * 32


def returned(*, x_message_id: str | None = MESSAGE) -> EmailMessage:
    one = EmailMessage()
    one["From"], one["To"], one["Subject"] = "shop@example.com", "anna@example.com", "Hello"
    if x_message_id:
        one["X-Message-Id"], one["Message-ID"] = x_message_id, f"<{x_message_id}@example.com>"
    one.set_content("Здравствуйте, canary")
    return one


def report(*, to: str = "shop@example.com", action: str = "failed", status: str = "5.1.1", diagnostic: str = "smtp; 550 5.1.1 <anna@example.com>: no such user",
           original: EmailMessage | None = None, headers_only: bool = False, recipient: str = "anna@example.com") -> MIMEMultipart:  # fmt: skip
    """A delivery status notification as Postfix writes it (RFC 3464)."""
    whole = MIMEMultipart("report", report_type="delivery-status")
    whole["From"], whole["To"], whole["Subject"] = "MAILER-DAEMON@relay.example.net (Mail Delivery System)", to, "Undelivered Mail Returned to Sender"
    whole["Date"], whole["Message-ID"], whole["Auto-Submitted"] = "Fri, 02 Jan 2026 10:00:00 +0300", "<20260102@relay.example.net>", "auto-replied"
    whole.attach(MIMEText("This is the mail system at host relay.example.net."))
    status_part = MIMEBase("message", "delivery-status")
    about = f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: {diagnostic}\n"
    status_part.set_payload([email.message_from_string("Reporting-MTA: dns; relay.example.net\n"), email.message_from_string(about)])
    whole.attach(status_part)
    original = original or returned()
    if headers_only:
        part = MIMEBase("text", "rfc822-headers")
        part.set_payload("".join(f"{name}: {value}\n" for name, value in original.items()))
    else:
        part = MIMEMessage(original)
    whole.attach(part)
    return whole


def complaint(*, to: str = "fbl@example.com", original: EmailMessage | None = None, kind: str = "abuse") -> MIMEMultipart:
    """A feedback report (RFC 5965)."""
    whole = MIMEMultipart("report", report_type="feedback-report")
    whole["From"], whole["To"], whole["Subject"] = "fbl@provider.example.net", to, "complaint"
    part = MIMEBase("message", "feedback-report")
    part.set_payload(f"Feedback-Type: {kind}\nUser-Agent: Somebody/1.0\nVersion: 1\nOriginal-Rcpt-To: <anna@example.com>\n")
    whole.attach(MIMEText("abuse"))
    whole.attach(part)
    whole.attach(MIMEMessage(original or returned()))
    return whole


def read(one) -> dict:
    return mail.read(one.as_bytes())


def verp(message: str = MESSAGE) -> str:
    return f"bounce+{tokens.sign('verp', message)}@example.com"


def test_a_bounce_names_its_message_by_the_address_it_came_to(data):
    said = read(report(to=verp(), original=returned(x_message_id=OTHER)))
    assert said["message_id"] == MESSAGE and said["matched_by"] == "token"
    assert (said["kind"], said["status"], said["occurred_at"]) == ("bounced", "5.1.1", "2026-01-02T07:00:00Z")
    assert "no such user" in said["diagnostic"] and "anna@" not in json.dumps(said) and "canary" not in json.dumps(said)
    assert read(report(to=verp().upper()))["message_id"] == MESSAGE


@pytest.mark.parametrize("headers_only", [True, False])
def test_else_by_the_header_of_the_part_that_came_back(data, headers_only):
    said = read(report(headers_only=headers_only))
    assert (said["message_id"], said["matched_by"]) == (MESSAGE, "header")


def test_else_it_names_the_recipient_and_no_message(data):
    said = read(report(original=returned(x_message_id=None)))
    assert "message_id" not in said and (said["address"], said["matched_by"]) == ("anna@example.com", "address")


def test_a_forged_token_is_no_token(data):
    said = read(report(to=f"bounce+{'a' * 40}@example.com", original=returned(x_message_id=None)))
    assert said["matched_by"] == "address"


def test_the_address_of_delivery_counts_too(data):
    one = report(original=returned(x_message_id=None))
    one["Delivered-To"] = verp()
    assert read(one)["message_id"] == MESSAGE


@pytest.mark.parametrize(
    ("action", "kind"), [("failed", "bounced"), ("delayed", "deferred"), ("delivered", "delivered"), ("relayed", "delivered"), ("x", "unreadable")]
)
def test_what_a_report_says_happened_is_what_happened(data, action, kind):
    assert read(report(to=verp(), action=action, status="4.4.7"))["kind"] == kind


def test_a_bounce_in_words_only_is_one_too(data):
    one = EmailMessage()
    one["From"], one["To"], one["Return-Path"] = "Mail Delivery Subsystem <mailer-daemon@old.example.net>", verp(), "<>"
    one.set_content("Sorry, anna@example.com: 550 5.2.2 Mailbox full")
    said = read(one)
    assert (said["kind"], said["message_id"], said["status"]) == ("bounced", MESSAGE, "5.2.2")
    assert "anna" not in said["diagnostic"]


def test_a_complaint_is_about_its_message_and_no_spam_is_none(data):
    said = read(complaint())
    assert (said["kind"], said["message_id"], said["status"]) == ("complained", MESSAGE, "abuse")
    assert read(complaint(kind="not-spam"))["kind"] == "not_spam"
    assert read(complaint(original=returned(x_message_id=None)))["address"] == "anna@example.com"


def test_a_mail_can_unsubscribe_and_only_for_the_message_that_it_was_made_for(data):
    one = EmailMessage()
    one["From"], one["To"], one["Subject"] = "anna@example.com", "unsubscribe@example.com", tokens.sign("unsubscribe", MESSAGE)
    said = read(one)
    assert (said["kind"], said["message_id"], said["scope"], said["method"]) == ("unsubscribed", MESSAGE, "marketing/email", "mail")
    one.replace_header("Subject", tokens.sign("verp", MESSAGE))
    assert read(one)["kind"] == "replied"


def test_a_reply_is_told_from_an_automatic_one_and_its_words_are_not_kept(data):
    one = EmailMessage()
    one["From"], one["To"], one["In-Reply-To"] = "anna@example.com", "shop@example.com", f"<{MESSAGE}@example.com>"
    one.set_content("canary words")
    assert read(one) == {"event_id": read(one)["event_id"], "channel": "email", "kind": "replied", "message_id": MESSAGE, "matched_by": "header"}
    one["Auto-Submitted"] = "auto-replied"
    assert read(one)["auto"] == "true"


@pytest.mark.parametrize("date", [
    b"Fri, 02 Jan 2999 10:00:00 +0000", b"Fri, 99 Jan 2026 10:00:00 +0000", b"yesterday", b"Fri, 02 Jan 1970 10:00:00 +0000", b"\xff\xff", b"Fri, 02 Jan 2026 10:00:00 +9999999",
])  # fmt: skip
def test_a_time_that_cannot_be_is_left_to_the_file(data, date):
    assert "occurred_at" not in mail.read(b"From: a@example.com\nDate: " + date + b"\n\nx")


@given(st.binary(max_size=2000))
def test_whatever_is_in_a_mail_one_line_comes_of_it(module_data, content):
    for data in (
        content,
        b"From: a@example.com\n" + content,
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n" + content,
    ):
        said = mail.read(data)
        assert said["kind"] and json.dumps(said)


@pytest.mark.parametrize("data", [
    b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\nContent-Type: multipart/mixed; boundary=x\n\n" * 3000,
    b"Content-Type: message/rfc822\n\n" * 3000 + b"x", b"Subject: " + b"a" * 5_000_000, b"To: " + b"a@example.com," * 200_000 + b"\n\nx",
    b"Content-Type: text/plain; charset=nonsense\nContent-Transfer-Encoding: base64\nFrom: mailer-daemon\n\n\xff\xff\xff",
    b"Content-Type: message/feedback-report\n\n", b"Content-Type: multipart/report\n\nx", b"Subject: =?utf-8?b?////?= =?x?q?=\n\n",
])  # fmt: skip
def test_a_hostile_mail_costs_little_and_breaks_nothing(data, module_data):
    assert json.dumps(mail.read(data))


def test_an_mbox_holds_mails_and_a_line_that_only_begins_like_one_parts_none(data):
    one, two = report(to=verp()).as_bytes(), complaint().as_bytes()
    body = b"From someone with love, not a new mail\n"
    mbox = b"From MAILER-DAEMON Fri Jan  2 10:00:00 2026\n" + one + body + b"\nFrom fbl Fri Jan  2 11:00:00 2026\n" + two + b"\n"
    assert [mail.read(part)["kind"] for part in mail.split(mbox)] == ["bounced", "complained"]
    assert b"".join(mail.split(mbox)) == mbox


def put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_a_mailbox_lands_as_files_as_a_maildir_and_as_an_mbox(data):
    inbox = data / "inbox/responses"
    put(inbox / "one.eml", report(to=verp(f"{1:032x}")).as_bytes())
    put(inbox / "bounces/new/1767225600.M1P2.host", report(to=verp(f"{2:032x}")).as_bytes())
    put(inbox / "bounces/cur/1767225601.M1P3.host:2,S", report(to=verp(f"{3:032x}")).as_bytes())
    put(inbox / "bounces/tmp/1767225602.M1P4.host", b"From: half")
    put(inbox / "bounces.mbox", b"".join(b"From x Fri Jan  2 10:00:00 2026\n" + report(to=verp(f"{n:032x}")).as_bytes() + b"\n\n" for n in (4, 5)))
    put(inbox / "scan.pdf", b"%PDF-1.4")
    assert {file.file_name: file.status for file in check() if file.status != "ready"} == {"scan.pdf": "refused"}
    land(datetime(2026, 1, 3))
    with connect() as connection:
        rows = connection.execute("select payload ->> 'message_id', _line from raw_responses.mails order by 1").fetchall()
        files = dict(connection.execute("select status, count(*) from landing.files group by all").fetchall())
    assert rows == [(f"{1:032x}", 1), (f"{2:032x}", 1), (f"{3:032x}", 1), (f"{4:032x}", 1), (f"{5:032x}", 2)]
    assert files == {"loaded": 4, "refused": 1}
    (inbox / "bounces/new/1767225600.M1P2.host").rename(inbox / "bounces/cur/1767225600.M1P2.host:2,S")
    assert land(datetime(2026, 1, 4)).rows_loaded == 0, "a mail that was looked at is the same mail"
