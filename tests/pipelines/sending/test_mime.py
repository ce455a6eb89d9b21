"""The bytes of an e-mail, read back by `email` of the standard library, which knows nothing of how they were made; signatures by dkimpy."""

import email
import email.policy
import random
import re

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.sending import mime
from pipelines.sending.channel import Content, Message
from pipelines.sending.dkim import Signer

SENDER = mime.Sender("shop@example.com", "Магазин «Ромашка»", "help@example.com", "unsubscribe@example.com")
LONG = "Мария, ваша скидка 15 % на всё, что вы смотрели на прошлой неделе, действует до конца воскресенья — не пропустите, пожалуйста"


def message(purpose: str = "marketing", url: str | None = "https://answers.example.com/u/v1.abc", **content: str) -> Message:
    return Message(message_id="0123456789abcdef" * 2, channel="email", identifier_type="email", address="maria@example.com", purpose=purpose, locale="ru",
                   content=Content(**{"subject": LONG, "html": "<p>Привет</p>", "text": "Привет"} | content), unsubscribe_url=url, scenario="welcome")  # fmt: skip


def written(one: Message, signer: Signer | None = None) -> bytes:
    kind, body = mime.body(one)
    head = mime.headers(one, SENDER, token="u123", recipient=one.address, date=1_767_225_600) + kind
    if signer:
        head.insert(0, signer.signature(head, body))
    return f"{mime.lines(head)}\r\n".encode() + body


def read(raw: bytes) -> email.message.EmailMessage:
    found = email.message_from_bytes(raw, policy=email.policy.default)
    assert [defect for part in found.walk() for defect in part.defects] == []
    assert all(len(line) <= 998 and line.isascii() for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    return found


def test_a_marketing_mail_has_every_header_that_receivers_ask_for():
    found = read(written(message()))
    assert found["Subject"] == LONG
    assert found["From"].addresses[0].display_name == SENDER.name
    assert found["From"].addresses[0].addr_spec == "shop@example.com"
    assert found["Reply-To"] == "help@example.com"
    assert found["Message-ID"] == "<0123456789abcdef0123456789abcdef@example.com>"
    assert found["List-Unsubscribe"] == "<https://answers.example.com/u/v1.abc>, <mailto:unsubscribe@example.com?subject=u123>"
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert found["Feedback-ID"] == "welcome:marketing:email:example.com"
    assert found["Precedence"] == "bulk"
    assert found["Date"].datetime.year == 2026
    assert found.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]


def test_a_transactional_mail_says_that_a_machine_sent_it_and_offers_no_unsubscribing():
    found = read(written(message("transactional", url=None)))
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["List-Unsubscribe"] is None


@pytest.mark.parametrize("url", [None, "http://example.com/u", "https://example.com/u>\r\nBcc: all@example.com", "https://example.com/a b"])
def test_a_marketing_mail_without_a_sound_unsubscribe_link_is_not_written(url):
    with pytest.raises(mime.NotWritable, match="unsubscribe link"):
        written(message(url=url))


@given(subject=st.text(min_size=1).filter(lambda text: mime.one_line(text)), html=st.text(min_size=1), text=st.text(min_size=1))
@settings(max_examples=150, deadline=None)
def test_whatever_the_data_held_is_read_back_and_never_becomes_a_header(subject, html, text):
    found = read(written(message(subject=subject, html=html, text=text)))
    assert len(found.keys()) == len(read(written(message())).keys())
    assert " ".join(found["Subject"].split()) == " ".join(mime.one_line(subject).split())
    for part, given_text in zip(found.iter_parts(), (text, html), strict=True):
        body = part.get_payload(decode=True).decode()
        assert body.removesuffix("\r\n") == re.sub(r"\r\n|\r|\n", "\r\n", given_text).removesuffix("\r\n")


@pytest.mark.parametrize("text", ["plain text\n.\nFrom here\n..\n" + "long " * 500, "Длинный текст без единого перевода строки " * 60, "trailing \t\n \n\n"])
def test_text_survives_both_encodings(text):
    found = read(written(message(text=text, html="")))
    assert found.get_payload(decode=True).decode().rstrip("\r\n") == text.replace("\n", "\r\n").rstrip("\r\n")


def rsa_key() -> tuple[bytes, bytes]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), b"k=rsa; p=" + _base64(public)


def ed25519_key() -> tuple[bytes, bytes]:
    key = ed25519.Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), b"k=ed25519; p=" + _base64(public)


def _base64(raw: bytes) -> bytes:
    from base64 import b64encode

    return b64encode(raw)


@pytest.mark.parametrize("make", [rsa_key, ed25519_key])
def test_dkimpy_verifies_the_signature_and_notices_any_change(make):
    pem, public = make()
    signer = Signer("example.com", "s1", pem)
    dns = lambda name, **_: b"v=DKIM1; " + public if name == b"s1._domainkey.example.com." else None  # noqa: E731
    raw = written(message(text="  two  blanks \n\n\n", html="<p>Привет,   мир</p>  \n"), signer)
    assert dkim.verify(raw, dnsfunc=dns)
    signed = re.search(rb"h=([^;]+);", raw)[1].decode().split(":")
    assert {"From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "MIME-Version", "Content-Type"} <= set(signed)
    for header in (b"List-Unsubscribe: <https://answers", b"List-Unsubscribe-Post: List", b"To: maria"):
        assert header in raw
        assert not dkim.verify(raw.replace(header, header[:-1] + b"x"), dnsfunc=dns)
    assert not dkim.verify(raw[:-40] + b"A" + raw[-39:], dnsfunc=dns)


def test_bodies_of_all_shapes_are_canonical_as_dkimpy_has_them():
    from dkim.canonicalization import Relaxed

    from pipelines.sending.dkim import relaxed_body

    draw = random.Random(7)
    for _ in range(500):
        body = "".join(draw.choice(["a", " ", "\t", "\r\n", "\r\n", "б"]) for _ in range(draw.randrange(30))).encode()
        body += b"" if body.endswith(b"\r\n") or not body else b"\r\n"
        assert relaxed_body(body) == Relaxed.canonicalize_body(body), body
