"""The SMTP client against aiosmtpd: TLS, log-in, addresses in other scripts, and what it refuses to do."""

import asyncio
import json
import ssl
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from servers import Misbehaving, beside

from pipelines.sending.channel import Content, Message, Result
from pipelines.sending.channels.smtp import Smtp, ascii_domain, said
from pipelines.sending.channels.smtp_client import Reply
from pipelines.sending.settings import Email


class Keeper:
    """Keeps what arrives; takes no mail for `nobody@`."""

    def __init__(self) -> None:
        self.envelopes: list = []

    async def handle_RCPT(self, server, session, envelope, address: str, options: list) -> str:
        if address.startswith("nobody@"):
            return f"550 5.1.1 <{address}>: nobody here is called nobody"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope) -> str:
        self.envelopes.append(envelope)
        return "250 2.0.0 Ok: queued as 4ZxQ1"


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate that vouches for itself, and its key."""
    key, subject = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)])
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(7)
    made = made.not_valid_before(datetime.now(UTC) - timedelta(days=1)).not_valid_after(datetime.now(UTC) + timedelta(days=1))
    made = made.add_extension(names, critical=False).add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, SHA256())
    files = folder / f"{name}.pem", folder / f"{name}.key"
    files[0].write_bytes(made.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


@pytest.fixture
def relay(tmp_path):
    """Starts aiosmtpd with TLS and a password; gives it and settings that fit."""
    with ExitStack() as stack:

        def start(name: str = "127.0.0.1", *, at_once: bool = False, without: tuple[str, ...] = ()) -> tuple[Keeper, dict]:
            pem, key = certificate(tmp_path, name)
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(pem, key)
            keeper = Keeper()

            def known(server, session, envelope, mechanism, data) -> AuthResult:
                return AuthResult(success=(data.login, data.password) == (b"shop", "сезам".encode()), handled=False)

            tls = {"auth_require_tls": False} if at_once else {"tls_context": context, "require_starttls": True}

            async def serve() -> asyncio.Server:
                made = lambda: SMTP(keeper, enable_SMTPUTF8=True, authenticator=known, auth_required=True, auth_exclude_mechanism=without, **tls)  # noqa: E731
                return await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0, ssl=context if at_once else None)

            port = stack.enter_context(beside(serve))
            security = "tls" if at_once else "starttls"
            return keeper, {"host": "127.0.0.1", "port": port, "security": security, "ca_file": pem, "user": "shop", "password": "сезам"}

        yield start


def send(given: dict, *addresses: str) -> list[Result]:
    settings = Email(**{"mode": "live", "from_address": "shop@example.com", "timeout": 5} | given)
    messages = [
        Message(message_id=f"{n:032x}", channel="email", identifier_type="email", address=address, purpose="transactional", locale="ru",
                content=Content(subject="Заказ принят", text="Спасибо!"))
        for n, address in enumerate(addresses)
    ]  # fmt: skip

    async def all_of_them() -> list[Result]:
        async with Smtp(settings, lambda kind, message_id: f"{kind}{message_id[-2:]}") as channel:
            return [await channel.send(message) for message in messages]

    return asyncio.run(all_of_them())


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # it is in TLS from the first byte
@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("without", [(), ("PLAIN",)])
def test_mail_goes_over_tls_after_logging_in_by_plain_or_login(relay, at_once, without):
    keeper, given = relay(at_once=at_once, without=without)
    (result,) = send(given, "maria@example.com")
    assert result == Result(outcome="accepted", code="250", provider_message_id="4ZxQ1")
    assert keeper.envelopes[0].mail_from == "bounce+verp00@example.com"


def test_addresses_in_other_scripts_arrive_as_the_wire_has_them(relay):
    keeper, given = relay()
    results = send(given, "info@пример.рф", "мария@пример.рф", "maria@BÜCHER.example")
    assert [result.outcome for result in results] == ["accepted"] * 3
    assert [envelope.rcpt_tos for envelope in keeper.envelopes] == [
        ["info@xn--e1afmkfd.xn--p1ai"],
        ["мария@xn--e1afmkfd.xn--p1ai"],
        ["maria@xn--bcher-kva.example"],
    ]
    assert "To: мария@xn--e1afmkfd.xn--p1ai".encode() in keeper.envelopes[1].content


def test_a_server_without_smtputf8_refuses_only_the_address_that_needs_it():
    with Misbehaving(offers=("PIPELINING", "SIZE 3000")).serving() as server:
        plain = {"host": "127.0.0.1", "port": server.port, "security": "none"}
        assert [result.outcome for result in send(plain, "мария@example.com", "maria@example.com")] == ["failed", "accepted"]


def test_an_unknown_recipient_is_the_addresss_own_fault_and_is_not_named(relay):
    _, given = relay()
    bad, good = send(given, "nobody@example.com", "maria@example.com")
    assert (bad.outcome, bad.code, bad.is_recipient) == ("failed", "550", True)
    assert "nobody" not in bad.diagnostic.lower()
    assert good.outcome == "accepted"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "wrong one"}, "AUTH: 5.7.8"),
        ({"security": "tls"}, "cannot connect"),
        ({"ca_file": None}, "no TLS: SSLCertVerificationError"),
    ],
)
def test_a_relay_that_does_not_let_us_in_is_no_messages_fault(relay, change, words):
    keeper, given = relay()
    (result,) = send(given | change, "maria@example.com")
    assert (result.outcome, result.code) == ("deferred", "unreachable")
    assert words in result.diagnostic
    assert "wrong one" not in result.diagnostic
    assert keeper.envelopes == []


def test_a_certificate_of_somebody_else_is_refused(relay):
    _, given = relay("other.example.com")
    (result,) = send(given, "maria@example.com")
    assert "SSLCertVerificationError" in result.diagnostic


def test_without_starttls_no_password_and_no_mail_is_sent():
    with Misbehaving().serving() as server:
        (result,) = send({"host": "127.0.0.1", "port": server.port, "user": "shop", "password": "secret"}, "maria@example.com")
    assert (result.code, result.diagnostic) == ("unreachable", "the server offers no STARTTLS")
    assert set(server.verbs) == {"CONNECT", "EHLO"}


def test_what_somebody_put_in_clear_behind_starttls_is_not_believed():
    injected = "220 go on\r\n250-relay\r\n250 AUTH PLAIN"
    with Misbehaving(lambda verb, *_: injected if verb == "STAR" else None, offers=("STARTTLS",)).serving() as server:
        (result,) = send({"host": "127.0.0.1", "port": server.port}, "maria@example.com")
    assert "more in clear after STARTTLS" in result.diagnostic


@pytest.mark.parametrize("answer", ["hello", "999 what", "250-" + "x" * 100_000, "250-a\r\n" * 200 + "250 b"])
def test_a_peer_that_speaks_no_smtp_is_left(answer):
    with Misbehaving(lambda verb, *_: answer if verb == "EHLO" else None).serving() as server:
        (result,) = send({"host": "127.0.0.1", "port": server.port, "security": "none"}, "maria@example.com")
    assert (result.outcome, result.code) == ("deferred", "unreachable")


def test_an_account_with_a_password_is_held_where_it_would_go_in_clear():
    account = {"mode": "live", "from_address": "shop@example.com", "user": "shop", "security": "none"}
    assert "in clear" in Email(**account, host="relay.example.com").obstacle()
    assert Email(**account, host="127.0.0.1").obstacle() is None


@pytest.mark.parametrize("address", ["", "@", "a@", "@b.example", "a b@c.example", "a@b@c.example", "a@b..example", ".a@b.example", "a@-b.example", "a\0@b.example", "a@" + "b" * 64, "a@b.example\n"])  # fmt: skip
def test_what_is_no_address_never_reaches_the_wire(address):
    with pytest.raises(ValueError, match="not an e-mail address"):
        ascii_domain(address)


def test_a_diagnostic_holds_no_address_whatever_the_server_repeats():
    reply = Reply(550, "5.1.1 Maria.Ivanova@example.com unknown; user maria.ivanova, forwarded from other@example.org")
    assert said(reply, "maria.ivanova@example.com") == "5.1.1 *** unknown; user ***, forwarded from ***"


@pytest.mark.parametrize(("host", "header"), [("smtp.go2.unisender.ru", "X-UNISENDER-GO"), ("smtp.eu1.unione.io", "X-UNIONE"), ("relay.example.com", None)])
def test_a_provider_with_ids_of_its_own_is_handed_ours_in_a_header_that_nobody_signed(tmp_path, host, header):
    key = tmp_path / "dkim.pem"
    key.write_bytes(ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    channel = Smtp(Email(host=host, from_address="shop@example.com", dkim_selector="s", dkim_key_file=key), lambda kind, message_id: "token")
    one = Message(message_id="0123456789abcdef" * 2, channel="email", identifier_type="email", address="maria@example.com", purpose="marketing", locale="ru",
                  content=Content(subject="Hello", text="Hello"), unsubscribe_url="https://answers.example.com/u/v1.abc", scenario="welcome")  # fmt: skip
    found = message_from_bytes(channel._written(one, one.address))
    assert {name for name in found if name.startswith("X-UNI")} == ({header} if header else set())
    if header:
        assert json.loads(found[header]) == {"global_metadata": {"message_id": one.message_id, "campaign": "welcome"}}
        assert header.lower() not in found["DKIM-Signature"].lower()
