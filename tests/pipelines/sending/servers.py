"""Peers of the SMTP client: aiosmtpd in a process of its own that writes down what it accepts, and a server that misbehaves as told.

python servers.py <file>    serves until it is killed and prints its port
"""

import asyncio
import contextlib
import re
import sys
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator

ID = re.compile(rb"^X-Message-Id: (\S+)", re.MULTILINE)


def record(file: str) -> None:
    """A real server that appends the id of each message that it accepts, before it says so."""
    from aiosmtpd.smtp import SMTP

    class Recorder:
        async def handle_DATA(self, server, session, envelope) -> str:
            with open(file, "ab", buffering=0) as records:
                records.write(ID.search(envelope.content)[1] + b"\n")
            return "250 2.0.0 queued as 4F1A"

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: SMTP(Recorder(), hostname="relay.example.com", enable_SMTPUTF8=True), "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    asyncio.run(serve())


@contextlib.contextmanager
def beside(start: Callable[[], Awaitable[asyncio.Server]]) -> Iterator[int]:
    """The port of a server that runs in a thread of its own."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()


Behaviour = Callable[[str, str, int], str | None]  # verb, argument, how many messages were begun: an answer other than the good one; "drop" hangs up


class Misbehaving:
    """A server with pipelining that answers as `behaves` says. `accepted` counts what it took, by message id; `verbs` what it heard."""

    def __init__(
        self, behaves: Behaviour = lambda *_: None, *, offers: tuple[str, ...] = ("PIPELINING", "8BITMIME", "SIZE 1000000", "SMTPUTF8"), delay: float = 0
    ):
        self.behaves, self.offers, self.delay = behaves, offers, delay
        self.accepted: Counter[str] = Counter()
        self.verbs: Counter[str] = Counter()
        self.mails: list[bytes] = []
        self.envelopes: list[tuple[str, str]] = []
        self.port = 0

    @contextlib.contextmanager
    def serving(self) -> Iterator["Misbehaving"]:
        with beside(lambda: asyncio.start_server(self._connection, "127.0.0.1", 0, limit=2**22)) as self.port:
            yield self

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, Dropped):
            await self._say(writer, self._answer("CONNECT", "", "220 relay.example.com ESMTP"))
            sender = recipient = ""
            while True:
                line = (await reader.readuntil(b"\n")).decode().strip()
                verb = line[:4].upper()
                if verb == "EHLO":
                    good = "\r\n".join(["250-relay.example.com", *(f"250-{offer}" for offer in self.offers), "250 HELP"])
                else:
                    good = {"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 2.0.0 ok")
                if verb == "MAIL":
                    sender, recipient = line[10:].split(">")[0].lstrip("<"), ""
                answer = self._answer(verb, line, good)
                if verb == "RCPT" and answer.startswith("2"):
                    recipient = line[8:].split(">")[0].lstrip("<")
                await self._say(writer, answer)
                if answer.startswith("354"):
                    mail = await reader.readuntil(b"\r\n.\r\n")
                    found = ID.search(mail)
                    key = found[1].decode() if found else "?"
                    answer = self._answer("DOT", recipient, "250 2.0.0 queued as 77")
                    if answer.startswith("2") or answer == "accept and drop":
                        self.accepted[key] += 1
                        self.mails.append(mail[:-3].replace(b"\r\n..", b"\r\n."))
                        self.envelopes.append((sender, recipient))
                    await self._say(writer, answer)
        writer.close()

    def _answer(self, verb: str, line: str, good: str) -> str:
        self.verbs[verb] += 1
        return self.behaves(verb, line, self.verbs["MAIL"]) or good

    async def _say(self, writer: asyncio.StreamWriter, answer: str) -> None:
        await asyncio.sleep(self.delay)
        if answer.endswith("drop"):
            if "\r\n" in answer:
                writer.write(answer.removesuffix("drop").encode())
                writer.close()
            else:
                writer.transport.abort()
            raise Dropped
        writer.write(f"{answer}\r\n".encode())
        await writer.drain()


class Dropped(Exception): ...


if __name__ == "__main__":
    record(sys.argv[1])
