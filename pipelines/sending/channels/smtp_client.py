"""One SMTP connection (RFC 5321) on asyncio, with pipelining (RFC 2920) where the server offers it: two round trips per message instead of four.

`smtplib` and aiosmtplib wait for each answer. What this adds is that the caller always knows whether a broken connection can have left the
message with the server (`Broken.may_have_it`): only once the final dot was written.
"""

import asyncio
import base64
import contextlib
import re
import socket
import ssl
from typing import NamedTuple

from pipelines.sending.settings import Email

LONGEST_REPLY = 100  # lines
ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})\b")


class Reply(NamedTuple):
    code: int
    text: str

    @property
    def enhanced(self) -> str | None:
        """The enhanced status (RFC 3463), if the server gives one."""
        found = ENHANCED.match(self.text)
        return found[1] if found else None


class Broken(Exception):
    """The connection is of no use any more."""

    def __init__(self, why: str, *, may_have_it: bool = False):
        super().__init__(why)
        self.may_have_it = may_have_it


class Refused(Exception):
    """The server said no, before or at this verb."""

    def __init__(self, verb: str, reply: Reply):
        super().__init__(f"{verb}: {reply.code}")
        self.verb, self.reply = verb, reply


class Connection:
    """Open, greeted, encrypted and logged in, ready for messages."""

    def __init__(self, settings: Email):
        self.settings = settings
        self.offers: dict[str, str] = {}
        self.sent = 0
        self.is_over = False  # the server has said that it closes, or has closed
        self._refused = False  # the server still holds on to a transaction that it refused

    async def open(self) -> None:
        """Raises Broken or Refused if the server does not let us in."""
        context = ssl.create_default_context(cafile=self.settings.ca_file) if self.settings.security != "none" else None
        at_once = {"ssl": context} if self.settings.security == "tls" else {}
        try:
            async with asyncio.timeout(self.settings.timeout):
                self._reader, self._writer = await asyncio.open_connection(self.settings.host, self.settings.port, **at_once)
        except (OSError, TimeoutError) as error:
            raise Broken(f"cannot connect: {type(error).__name__}") from error
        try:
            _expect("greeting", await self._reply(), 220)
            await self._greet()
            if self.settings.security == "starttls":
                await self._encrypt(context)
            if self.settings.user:
                await self._log_in(self.settings.user, self.settings.password.get_secret_value() if self.settings.password else "")
        except BaseException:
            self.abort()
            raise

    async def deliver(self, sender: str, recipient: str, data: bytes, *, is_utf8: bool = False) -> Reply:
        """Hands one message over and returns the last answer. Refused says at which verb the server said no; the connection is of further use unless `is_over`."""
        self.sent += 1
        options = (f" SIZE={len(data)}" if "SIZE" in self.offers else "") + (" BODY=8BITMIME SMTPUTF8" if is_utf8 else "")
        commands = [("MAIL", f"MAIL FROM:<{sender}>{options}"), ("RCPT", f"RCPT TO:<{recipient}>"), ("DATA", "DATA")]
        if self._refused:
            commands.insert(0, ("RSET", "RSET"))
            self._refused = False
        if refusal := await self._commands(commands):
            raise refusal
        await self._body(data)
        reply = await self._reply(may_have_it=True)
        if reply.code // 100 != 2:
            raise self._refusal("end of DATA", reply)
        return reply

    async def _commands(self, commands: list[tuple[str, str]]) -> Refused | None:
        """The commands up to DATA, at once if the server offers that. Returns the first refusal."""
        pipelined, refusal = "PIPELINING" in self.offers, None
        if pipelined:
            self._write("".join(f"{command}\r\n" for _, command in commands).encode())
        for verb, command in commands:
            if not pipelined:
                self._write(f"{command}\r\n".encode())
            try:
                reply = await self._reply()
            except Broken:
                if not refusal:
                    raise
                self.is_over = True  # what it said before it closed stands
                return refusal
            if reply.code // 100 != (3 if verb == "DATA" else 2):
                refusal = refusal or self._refusal(verb, reply)
                if not pipelined or self.is_over:
                    return refusal
        if refusal and reply.code == 354:  # the server waits for a message without recipients
            self.is_over = True
        return refusal

    def _refusal(self, verb: str, reply: Reply) -> Refused:
        self.is_over, self._refused = reply.code == 421, True
        return Refused(verb, reply)

    async def command(self, line: str) -> Reply:
        self._write(f"{line}\r\n".encode())
        return await self._reply()

    async def quit(self) -> None:
        with contextlib.suppress(Broken):
            await self.command("QUIT")
        self.abort()

    def abort(self) -> None:
        self._writer.transport.abort()

    async def _greet(self) -> None:
        name = socket.gethostname()
        line = f"EHLO {name if name.isascii() and '.' in name else '[127.0.0.1]'}"
        reply = _expect("EHLO", await self.command(line), 250)
        words = [offered.split(None, 1) for offered in reply.text.splitlines()[1:]]
        self.offers = {word[0].upper(): word[1] if len(word) > 1 else "" for word in words if word}

    async def _encrypt(self, context: ssl.SSLContext) -> None:
        if "STARTTLS" not in self.offers:
            raise Broken("the server offers no STARTTLS")
        _expect("STARTTLS", await self.command("STARTTLS"), 220)
        if self._reader._buffer:  # asyncio has no other way to ask; what came in clear must not pass for an answer in TLS
            raise Broken("the server, or somebody between, sent more in clear after STARTTLS")
        try:
            async with asyncio.timeout(self.settings.timeout):
                await self._writer.start_tls(context, server_hostname=self.settings.host)
        except (OSError, TimeoutError) as error:
            raise Broken(f"no TLS: {type(error).__name__}") from error
        await self._greet()

    async def _log_in(self, user: str, password: str) -> None:
        ways = self.offers.get("AUTH", "").upper().split()
        coded = lambda text: base64.b64encode(text.encode()).decode()  # noqa: E731
        if "PLAIN" in ways:
            reply = await self.command("AUTH PLAIN " + coded("\0".join(("", user, password))))
        elif "LOGIN" in ways:
            _expect("AUTH", await self.command("AUTH LOGIN"), 334)
            _expect("AUTH", await self.command(coded(user)), 334)
            reply = await self.command(coded(password))
        else:
            raise Broken("the server offers neither AUTH PLAIN nor AUTH LOGIN")
        _expect("AUTH", reply, 235)

    async def _body(self, data: bytes) -> None:
        stuffed = data.replace(b"\r\n.", b"\r\n..")
        self._write(b"." + stuffed if stuffed.startswith(b".") else stuffed)
        try:
            async with asyncio.timeout(self.settings.timeout):
                await self._writer.drain()
        except (OSError, TimeoutError) as error:
            raise Broken(f"broke off within the message: {type(error).__name__}") from error
        if self._writer.transport.is_closing() or self._reader.at_eof():
            raise Broken("the server closed the connection within the message")
        self._write(b".\r\n")

    def _write(self, data: bytes) -> None:
        self._writer.write(data)

    async def _reply(self, *, may_have_it: bool = False) -> Reply:
        """The server's next answer, its lines joined."""
        texts: list[str] = []
        try:
            # The final dot makes the server do its work: RFC 5321, 4.5.3.2.6, grants it ten times as long.
            async with asyncio.timeout(self.settings.timeout * (10 if may_have_it else 1)):
                while len(texts) < LONGEST_REPLY:
                    line = (await self._reader.readuntil(b"\n")).decode("utf-8", "replace").rstrip()
                    if not re.match(r"[2-5]\d\d([ -]|$)", line):
                        raise Broken("the server does not speak SMTP", may_have_it=may_have_it)
                    texts.append(line[4:])
                    if line[3:4] != "-":
                        return Reply(int(line[:3]), "\n".join(texts))
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError) as error:
            raise Broken(f"no answer: {type(error).__name__}", may_have_it=may_have_it) from error
        raise Broken("the answer does not end", may_have_it=may_have_it)


def _expect(verb: str, reply: Reply, code: int) -> Reply:
    if reply.code != code:
        raise Refused(verb, reply)
    return reply
