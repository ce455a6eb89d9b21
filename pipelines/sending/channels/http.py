"""One HTTP request of a channel, and what its failure means for the message.

Before the request is written nothing was handed over: the message may be tried again. After it, only an answer tells; without one the
outcome is unknown. Redirects are never followed. Whoever may name the address (a browser, a marketer) reaches public addresses only.
"""

import ipaddress
import json
import re
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from pipelines.sending.channel import UNREACHABLE, Result
from pipelines.sending.channels.settings import ChannelSettings

KEPT = 4  # seconds
NAT64 = ipaddress.ip_network("64:ff9b::/96")
LARGEST_ANSWER = 65_536
LONGEST_PAUSE = 86_400.0
ACCOUNT = {401, 402, 407}  # not let in, or not paid: no message is at fault
LATER = {401, 402, 403, 407, 408, 425, 429}
NUMBERS = re.compile(r"\+?\d{7,}")
AMBIGUOUS = {502, 504}  # something in between does not know either


class RefusedAddress(OSError):
    """A host that is, or resolves to, an address within a private network."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: "aiohttp.typedefs.LooseHeaders"
    body: bytes

    def json(self) -> Any:
        """The body, or None if it is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait as Retry-After says, in seconds or as a date (RFC 9110, section 10.2.3)."""
        said = self.headers.get("Retry-After", "").strip()
        if said.isascii() and said.isdigit():
            return min(float(said[:9]), LONGEST_PAUSE)
        try:
            return min(max((parsedate_to_datetime(said).astimezone(UTC) - datetime.now(UTC)).total_seconds(), 0), LONGEST_PAUSE)
        except (ValueError, OverflowError):
            return None


class Http:
    """The requests of one channel. A connection idle for some seconds is not used again, since the other side may be closing it.

    `is_one_provider`: all messages go to one account, so that what it puts off, it puts off for all; else each address has a server of
    its own, whose troubles are those of one message. `is_idempotent`: a repetition does no harm, so that an unsure answer may be tried again.
    """

    def __init__(self, settings: ChannelSettings, *, is_one_provider: bool = True, is_idempotent: bool = False, public_only: bool = False) -> None:
        self.settings, self.is_one_provider, self.is_idempotent, self.public_only = settings, is_one_provider, is_idempotent, public_only

    async def __aenter__(self) -> "Http":
        traces = aiohttp.TraceConfig()
        traces.on_request_headers_sent.append(_written)
        opening = _public_socket if self.public_only else None
        connector = aiohttp.TCPConnector(limit=self.settings.connections, keepalive_timeout=KEPT, socket_factory=opening)
        limits = aiohttp.ClientTimeout(total=self.settings.timeout, sock_connect=min(self.settings.timeout, 10))
        self.session = aiohttp.ClientSession(connector=connector, timeout=limits, trace_configs=[traces], cookie_jar=aiohttp.DummyCookieJar())
        self.session._retry_connection = False  # aiohttp would repeat a GET or PUT whose answer was lost; it has no public name for this
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()

    async def ask(self, method: str, url: str, *, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer | Result:
        """The answer, or the outcome where there is none. Neither address nor body appears in a diagnostic."""
        state = {"written": False}
        try:
            async with self.session.request(method, url, data=body, headers=headers, allow_redirects=False, trace_request_ctx=state) as response:
                return Answer(response.status, response.headers, await _start_of(response.content))
        except ValueError as error:  # also of aiohttp: no such address, or a line break in a header
            return Result(outcome="failed", code="bad_request", diagnostic=type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            if isinstance(getattr(error, "os_error", None), RefusedAddress):
                return Result(outcome="failed", code="private_address", diagnostic="the host is within a private network")
            if state["written"]:
                return Result(outcome="unknown", code="no_answer", diagnostic=type(error).__name__)
            return Result(outcome="deferred", code=UNREACHABLE if self.is_one_provider else "no_connection", diagnostic=type(error).__name__)

    def refused(self, answer: Answer, diagnostic: str | None = None) -> Result:
        """What an answer other than success means where a channel knows nothing more of it."""
        if answer.status in ACCOUNT and self.is_one_provider:
            return Result(outcome="deferred", code=UNREACHABLE, diagnostic=f"http {answer.status}: {diagnostic or 'the account is refused'}")
        if answer.status in AMBIGUOUS and not self.is_idempotent:
            return Result(outcome="unknown", code=f"http_{answer.status}", diagnostic=diagnostic)
        if answer.status not in LATER and answer.status < 500:
            return Result(outcome="failed", code=f"http_{answer.status}", diagnostic=diagnostic)
        if self.is_one_provider:
            return Result(outcome="deferred", code=str(answer.status), diagnostic=diagnostic, retry_after=answer.retry_after)
        return Result(outcome="deferred", code=f"http_{answer.status}", diagnostic=diagnostic)


def masked(words: str | None) -> str | None:
    """What another system said, short and without numbers of people: some quote the phone or the chat that they refuse."""
    return NUMBERS.sub("…", words)[:200] if words else None


async def _written(_: object, context: Any, __: object) -> None:
    context.trace_request_ctx["written"] = True


async def _start_of(stream: aiohttp.StreamReader) -> bytes:
    """The whole body, or as much of a huge one as is of use."""
    start = bytearray()
    async for piece in stream.iter_any():
        start += piece
        if len(start) >= LARGEST_ANSWER:
            break
    return bytes(start[:LARGEST_ANSWER])


def _public_socket(address: tuple) -> socket.socket:
    """Every connection is opened here, so that neither a name that resolves differently the second time nor an odd spelling passes."""
    family, kind, protocol, _, place = address
    host = ipaddress.ip_address(place[0].partition("%")[0])
    if isinstance(host, ipaddress.IPv6Address):  # also where an IPv4 address is meant
        host = host.ipv4_mapped or host.sixtofour or (ipaddress.IPv4Address(int(host) & 0xFFFFFFFF) if host in NAT64 else host)
    if not host.is_global:
        raise RefusedAddress("private address")
    return socket.socket(family, kind, protocol)
