"""E-mail through an SMTP relay: the message as MIME, signed, over a few connections that are kept open."""

import asyncio
import json
import re
from collections.abc import Callable

import idna

from pipelines.sending import mime
from pipelines.sending.channel import UNREACHABLE, Message, Result
from pipelines.sending.channels.smtp_client import Broken, Connection, Refused, Reply
from pipelines.sending.dkim import Signer
from pipelines.sending.settings import Email

LOCAL = re.compile(r"[^\s\x00-\x1f\x7f<>()\[\]\\,;:\"@]{1,64}")
# Providers that repeat in their webhooks what such a header holds, by the domain of their relays. They give each mail an id of their own otherwise.
METADATA_HEADERS = {".unisender.ru": "X-UNISENDER-GO", ".unione.io": "X-UNIONE"}
LONGEST_ADDRESS, LONGEST_DIAGNOSTIC = 254, 200
# The address itself is at fault: no such mailbox or domain, or closed (RFC 3463). Everything else may be about us.
BAD_RECIPIENT = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"}
BAD_RECIPIENT_WORDS = re.compile(
    r"(?i)user (is )?unknown|unknown user|no such (user|mailbox|recipient)|(user|mailbox|recipient|address) (not found|does ?n.t exist)"
)
ADDRESS = re.compile(r"\S+@\S+")


class Smtp:
    """A `Channel`. `token(kind, message_id)` signs what a bounce or an unsubscription by mail brings back."""

    name, idempotency_hours = "email", 0  # SMTP knows no repeated message

    def __init__(self, settings: Email, token: Callable[[str, str], str]):
        self.settings, self.token = settings, token
        self.provider = settings.host or "smtp"
        self.sender = mime.Sender(ascii_domain(settings.from_address), settings.from_name, settings.reply_to, settings.unsubscribe_address)
        self._bounces_at = settings.bounce_domain or self.sender.domain
        self._signer = Signer.of(settings.dkim_domain or self.sender.domain, settings.dkim_selector, settings.dkim_key_file) if settings.dkim_selector else None
        self._metadata_header = next((name for domain, name in METADATA_HEADERS.items() if self.provider.lower().endswith(domain)), None)
        self._idle: list[Connection] = []
        self._slots = asyncio.Semaphore(settings.connections)

    async def __aenter__(self) -> "Smtp":
        return self

    async def __aexit__(self, *_: object) -> None:
        while self._idle:
            await self._idle.pop().quit()

    async def send(self, message: Message) -> Result:
        try:
            recipient = ascii_domain(message.address)
        except ValueError:
            return Result(outcome="failed", diagnostic="bad_address: not an e-mail address", is_recipient=True)
        try:
            data = self._written(message, recipient)
        except mime.NotWritable as error:
            return Result(outcome="failed", diagnostic=f"not_writable: {error}")
        async with self._slots:
            return await self._handed_over(message, recipient, data)

    def _written(self, message: Message, recipient: str) -> bytes:
        token = self.token("unsubscribe", message.message_id) if self.sender.unsubscribe_address else ""
        kind, body = mime.body(message)
        head = mime.headers(message, self.sender, token=token, recipient=recipient) + kind
        if self._signer:
            head.insert(0, self._signer.signature(head, body))
        if self._metadata_header:  # taken out by the provider, so never signed
            metadata = {"message_id": message.message_id} | ({"campaign": message.scenario} if message.scenario else {})
            head.append((self._metadata_header, json.dumps({"global_metadata": metadata})))
        return f"{mime.lines(head)}\r\n".encode() + body

    async def _handed_over(self, message: Message, recipient: str, data: bytes) -> Result:
        while True:
            connection, is_fresh = (self._idle.pop(), False) if self._idle else (Connection(self.settings), True)
            try:
                if is_fresh:
                    await connection.open()
            except Refused as refusal:  # whatever it says, it says of us and not of the message
                return Result(outcome="deferred", code="421" if refusal.reply.code == 421 else UNREACHABLE, diagnostic=f"{refusal.verb}: {said(refusal.reply)}")
            except Broken as error:
                return Result(outcome="deferred", code=UNREACHABLE, diagnostic=str(error))
            try:
                return await self._over(connection, message, recipient, data)
            except Broken as error:
                connection.abort()
                if error.may_have_it:
                    return Result(outcome="unknown", code="broken", diagnostic=str(error))
                if is_fresh:  # it had let us in, so this may be about the message: nobody else waits for it
                    return Result(outcome="deferred", code="broken", diagnostic=str(error))
                # A server may close a connection that was idle: the message was not handed over, another one takes it.
            except BaseException:
                connection.abort()
                raise

    async def _over(self, connection: Connection, message: Message, recipient: str, data: bytes) -> Result:
        limit = connection.offers.get("SIZE", "")
        is_utf8 = not recipient.isascii()
        keep = True
        try:
            if is_utf8 and "SMTPUTF8" not in connection.offers:
                return Result(outcome="failed", diagnostic="smtputf8: the server takes no addresses beyond ASCII")
            if limit.isdigit() and 0 < int(limit) < len(data):
                return Result(outcome="failed", diagnostic=f"too_large: {len(data)} bytes, the server takes {limit}")
            bounces = f"bounce+{self.token('verp', message.message_id)}@{self._bounces_at}"
            reply = await connection.deliver(bounces, recipient, data, is_utf8=is_utf8)
            return Result(outcome="accepted", code=str(reply.code), provider_message_id=queue_id(reply))
        except Refused as refusal:
            keep = not connection.is_over
            return refused(refusal, message.address)
        except BaseException:
            keep = False
            raise
        finally:
            if keep and connection.sent < self.settings.messages_per_connection:
                self._idle.append(connection)
            elif keep:
                await connection.quit()
            else:
                connection.abort()


def refused(refusal: Refused, address: str) -> Result:
    reply = refusal.reply
    words = f"{refusal.verb}: {reply.text}"
    is_recipient = refusal.verb != "MAIL" and reply.code // 100 == 5 and (
        reply.enhanced in BAD_RECIPIENT or (reply.enhanced is None and bool(BAD_RECIPIENT_WORDS.search(words)))
    )  # fmt: skip
    outcome = "deferred" if reply.code // 100 == 4 else "failed"
    return Result(outcome=outcome, code=str(reply.code), diagnostic=said(reply, address), is_recipient=is_recipient)


def said(reply: Reply, address: str = "") -> str:
    """The server's words without the address, which servers like to repeat."""
    text = mime.one_line(reply.text)
    for private in filter(None, (address, address.rpartition("@")[0])):
        text = re.sub(re.escape(private), "***", text, flags=re.IGNORECASE)
    return ADDRESS.sub("***", text)[:LONGEST_DIAGNOSTIC]


def queue_id(reply: Reply) -> str | None:
    """Under which name the relay queued the message, as Postfix, Exim and others tell it."""
    found = re.search(r"queued as (\S+)|\bid=(\S+)", reply.text)
    return next(filter(None, found.groups()))[:100] if found else None


def ascii_domain(address: str) -> str:
    """The address with its domain as the wire has it (IDNA). Raises ValueError for what is no address: nothing of it may reach the wire."""
    local, at, domain = address.rpartition("@")
    if not at or len(address) > LONGEST_ADDRESS or not LOCAL.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        raise ValueError("not an e-mail address")
    try:
        coded = domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        raise ValueError("not an e-mail address") from None
    if not re.fullmatch(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", coded):
        raise ValueError("not an e-mail address")
    return f"{local}@{coded}"
