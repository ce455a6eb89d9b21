"""The collector: the one part of Svod that the world reaches. It checks who asks, appends a line to a file, and answers; it has no database.

    GET  /o/<token>.gif                     the pixel          GET /c/<token>?u=<url>       a counted link leads on
    GET  /u/<purpose>/<channel>/<token>     asks, never acts   POST the same                unsubscribes, in one click (RFC 8058)
    GET  /p/<channel>/<token>               preferences        POST the same                stops what was ticked
    POST /w/<provider>                      webhooks           GET /health                  whether it is there

Nobody's data is logged, and nothing is led on to that Svod did not sign. Run it behind a proxy that speaks HTTPS: `svod campaigns collect`.
"""

import asyncio
import contextlib
import json
import logging
import re
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from pipelines.responses import webhooks
from pipelines.responses.hearing import Busy, Hearing
from pipelines.responses.links import clicked, preferences_url
from pipelines.responses.pages import CHANNELS, page
from pipelines.responses.tokens import verify
from pipelines.settings import settings

GIF = bytes.fromhex("47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b")
UNCACHED = {"Cache-Control": "no-store, max-age=0", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
LARGEST_FORM = 8192
AT_MOST = 120  # lines about one message in a minute: who has a link may not fill the disk with it
COUNTS = ("opened", "clicked")  # they have their minute apart: a scanner that opens keeps nobody from leaving
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
log = logging.getLogger(__name__)


class TooLarge(Exception):
    """A body beyond what is allowed, or of a length that nobody said."""


async def opened(request: Request) -> Response:
    """The picture comes in any case, so that nobody learns from it which tokens are good."""
    if message_id := verify("open", request.path_params["token"]):
        await _heard_or_not(request, "opened", message_id)
    return Response(GIF, media_type="image/gif", headers=UNCACHED)


async def followed(request: Request) -> Response:
    url = request.query_params.get("u", "")
    message_id = clicked(request.path_params["token"], url)
    if not message_id:
        return page(request, "broken", status=404)
    await _heard_or_not(request, "clicked", message_id, url=url)
    return RedirectResponse(url, 302, UNCACHED)


async def unsubscribe(request: Request) -> Response:
    """A GET shows a button and does nothing else: scanners of mail follow links."""
    channel, token = request.path_params["channel"], request.path_params["token"]
    scope = f"{request.path_params['purpose']}/{channel}"
    message_id = verify("unsubscribe", token, scope)
    if not message_id:
        return page(request, "broken", status=404)
    more = {"preferences_url": preferences_url(message_id, channel=channel)} if settings().collector.url else {}
    if request.method != "POST":
        return page(request, "ask", channel=channel, more=more)
    said = await _body(request, LARGEST_FORM)
    is_undo = parse_qs(said.decode("latin-1")).get("do") == ["undo"]
    method = "one_click" if b"One-Click" in said else "page"
    await _keep(request, "resubscribed" if is_undo else "unsubscribed", message_id, scope=scope, method=method)
    return page(request, "undone" if is_undo else "done", channel=channel, more=more)


async def preferences(request: Request) -> Response:
    channel, token = request.path_params["channel"], request.path_params["token"]
    message_id = verify("preferences", token, channel)
    if not message_id:
        return page(request, "broken", status=404)
    if request.method != "POST":
        return page(request, "preferences", channel=channel)
    chosen = parse_qs((await _body(request, LARGEST_FORM)).decode("latin-1")).get("stop", [])
    stops = ["all"] if "all" in chosen else [one for one in CHANNELS if one in chosen]
    for one in stops:
        await _keep(request, "unsubscribed", message_id, scope=f"marketing/{one}", method="page")
    return page(request, "saved" if stops else "nothing", channel=channel)


async def webhook(request: Request) -> Response:
    provider = webhooks.PROVIDERS.get(request.path_params["provider"])
    if not provider:
        return PlainTextResponse("there is no such provider", 404)
    body = await _body(request, settings().collector.largest_body)
    try:
        kept = provider(settings().collector.webhooks, request.headers, body)
    except webhooks.Refused as refusal:
        log.warning("webhook of %s refused: %s", request.path_params["provider"], refusal.status)
        return PlainTextResponse("refused", refusal.status)
    for kind, line in kept:
        await request.app.state.hearing.keep(kind, line)
    return Response(status_code=204)


async def health(_: Request) -> Response:
    return PlainTextResponse("ok")


async def _keep(request: Request, kind: str, message_id: str, **more: str) -> None:
    """Returns when it is on the disk; raises Busy if far too much is said of one message."""
    if _is_flood(request.app.state.said, message_id, kind in COUNTS):
        raise Busy
    agent = CONTROL.sub(" ", request.headers.get("user-agent", ""))[:400]
    is_ahead = request.method == "HEAD" or "prefetch" in f"{request.headers.get('purpose')} {request.headers.get('sec-purpose')} {request.headers.get('x-moz')}"
    line = {
        "event_id": f"{kind}:{secrets.token_hex(12)}",
        "kind": kind,
        "occurred_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        "message_id": message_id,
        "ip": request.client.host if request.client else None,
        "user_agent": agent or None,
        "prefetch": "true" if is_ahead else None,
    } | more
    await request.app.state.hearing.keep("responses", json.dumps({name: value for name, value in line.items() if value is not None}).encode())


def _is_flood(said: Counter, message_id: str, is_count: bool) -> bool:
    minute = int(time.monotonic() // 60)
    if said.get("minute") != minute:
        said.clear()
        said["minute"] = minute
    said[message_id, is_count] += 1
    return said[message_id, is_count] > AT_MOST


async def _heard_or_not(request: Request, kind: str, message_id: str, **more: str) -> None:
    """A full disk or a flood costs a count, and leaves nobody before a link that does not work."""
    with contextlib.suppress(OSError, Busy):
        await _keep(request, kind, message_id, **more)


async def _body(request: Request, largest: int) -> bytes:
    length, body = request.headers.get("content-length", ""), b""
    if length and (not length.isdigit() or int(length) > largest):
        raise TooLarge
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise TooLarge
    return body


async def _busy(request: Request, error: Exception) -> Response:
    """What could not be kept is not confirmed: a provider brings it again, a person is asked to."""
    if request.url.path.startswith("/w/"):
        return PlainTextResponse("try again later", 503, {"Retry-After": "60"})
    return page(request, "busy", status=503)


async def _too_large(request: Request, error: Exception) -> Response:
    return PlainTextResponse("too large", 413, {"Connection": "close"})


async def _gone(request: Request, error: Exception) -> Response:
    return Response(status_code=400)


@contextlib.asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    app.state.hearing, app.state.said = hearing, _ = Hearing(), Counter()
    writing = asyncio.create_task(hearing.run())
    yield
    hearing.end()
    await writing


def app() -> Starlette:
    routes = [
        Route("/o/{token}.gif", opened),
        Route("/c/{token}", followed),
        Route("/u/{purpose}/{channel}/{token}", unsubscribe, methods=["GET", "POST"]),
        Route("/p/{channel}/{token}", preferences, methods=["GET", "POST"]),
        Route("/w/{provider}", webhook, methods=["POST"]),
        Route("/health", health),
    ]
    handlers = {OSError: _busy, Busy: _busy, TooLarge: _too_large, ClientDisconnect: _gone, 404: lambda request, _: page(request, "broken", status=404)}
    return Starlette(routes=routes, exception_handlers=handlers, lifespan=_lifespan)
