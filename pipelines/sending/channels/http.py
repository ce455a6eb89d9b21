"""One HTTP request of a channel, and what its failure means for the message.

Before the request is written nothing was handed over: the message may be tried again. After it, only an answer tells; without one the
outcome is unknown. Redirects are never followed. Whoever may name the address (a browser, a marketer) reaches public addresses only.
"""

import ipaddress
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from pipelines.sending.channel import Result

LARGEST_ANSWER = 65_536
LONGEST_PAUSE = 86_400.0
UNAUTHORISED = {401, 402, 403, 407, 408, 425, 429}  # the account or the moment is at fault, not the message
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


@asynccontextmanager
async def session(*, connections: int, timeout: float, public_only: bool = False) -> AsyncIterator[aiohttp.ClientSession]:
    """A session of a channel. A connection idle for some seconds is not used again, since the other side may be closing it."""
    traces = aiohttp.TraceConfig()
    traces.on_request_headers_sent.append(_written)
    connector = aiohttp.TCPConnector(limit=connections, keepalive_timeout=4, socket_factory=_public_socket if public_only else None)
    limits = aiohttp.ClientTimeout(total=timeout, sock_connect=min(timeout, 10))
    async with aiohttp.ClientSession(
        connector=connector, timeout=limits, trace_configs=[traces], cookie_jar=aiohttp.DummyCookieJar(), max_line_size=8190
    ) as opened:
        yield opened


async def ask(client: aiohttp.ClientSession, method: str, url: str, *, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer | Result:
    """The answer, or the outcome where there is none. Neither address nor body appears in a diagnostic."""
    state = {"written": False}
    try:
        async with client.request(method, url, data=body, headers=headers, allow_redirects=False, trace_request_ctx=state) as response:
            return Answer(response.status, response.headers, await _start_of(response.content))
    except (aiohttp.InvalidURL, UnicodeError, ValueError) as error:
        return Result(outcome="failed", code="bad_request", diagnostic=type(error).__name__)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        if isinstance(getattr(error, "os_error", None), RefusedAddress):
            return Result(outcome="failed", code="private_address", diagnostic="the host is within a private network")
        kind = type(error).__name__
        return (
            Result(outcome="unknown", code="no_answer", diagnostic=kind)
            if state["written"]
            else Result(outcome="deferred", code="no_connection", diagnostic=kind)
        )


def refused(answer: Answer, *, is_idempotent: bool, diagnostic: str | None = None) -> Result:
    """What an answer other than success means where a channel knows nothing more of it."""
    code, status = f"http_{answer.status}", answer.status
    if status in AMBIGUOUS and not is_idempotent:
        return Result(outcome="unknown", code=code, diagnostic=diagnostic)
    if status in UNAUTHORISED or status >= 500:
        return Result(outcome="deferred", code=code, diagnostic=diagnostic, retry_after=answer.retry_after)
    return Result(outcome="failed", code=code, diagnostic=diagnostic)


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
    if not (getattr(host, "ipv4_mapped", None) or getattr(host, "sixtofour", None) or host).is_global:
        raise RefusedAddress("private address")
    return socket.socket(family, kind, protocol)
