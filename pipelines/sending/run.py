"""A run of the sender: each channel claims and sends, batch after batch, beside the others, until nothing is left to be sent now.

What the sender needs of other parts is in `Parts`. Run it by `svod campaigns send`; the job `sending` does the same every few minutes.
"""

import asyncio
import contextlib
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import duckdb
from duckdb import DuckDBPyConnection

from pipelines.redaction import Told, plain
from pipelines.sending.channel import Channel
from pipelines.sending.claim import Terms, Withdrawn, claim, settle
from pipelines.sending.deliver import Delivery, Render, Temper
from pipelines.sending.rates import Rates
from pipelines.sending.settings import Pace
from pipelines.settings import settings

CHANNELS = ("email", "sms", "messenger", "web_push", "webhook")
Tell = Callable[[str, str], None]  # channel, outcome


@dataclass(frozen=True)
class Parts:
    """What other parts of Svod do for the sender."""

    render: Render  # rows of a batch to contents
    links: Callable[[dict], dict[str, str]]  # of a row: unsubscribe_url, preferences_url, view_url
    token: Callable[[str, str], str]  # kind (verp, unsubscribe) and message_id to what correlates an answer by mail
    withdrawn: Withdrawn  # cancels what may no longer go out
    channels: dict[str, Callable[[Pace, "Parts"], Channel]]
    brought_in: Callable[[DuckDBPyConnection], object] = lambda _: None  # told when attempts have come into the warehouse


@dataclass
class Report:
    """What became of the messages of each channel, and which channels held theirs and why."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)


class DryRun:
    """Stands in for a channel that is not switched on: its messages are written and journalled, and go nowhere."""

    provider, idempotency_hours = "none", 0

    async def __aenter__(self) -> "DryRun":
        return self

    async def __aexit__(self, *_: object) -> None: ...


def send(parts: Parts, *, channels: tuple[str, ...] = CHANNELS, limit: int | None = None, dry_run: bool = False, tell: Tell = lambda *_: None) -> Report:
    """Sends what is due. SIGTERM and Ctrl+C end it cleanly: what is under way is finished, the rest stays for the next run."""

    async def all_channels() -> Report:
        stop, report, firsts = asyncio.Event(), Report(), iter([True])
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
        # An error of one channel must not cut off what another has under way: it is raised when all are done.
        ended = await asyncio.gather(*(_channel(name, parts, report, firsts, stop, limit, dry_run, tell) for name in channels), return_exceptions=True)
        await asyncio.to_thread(settle, parts.brought_in)
        for error in filter(None, ended):
            raise error
        return report

    return asyncio.run(all_channels())


async def _channel(name: str, parts: Parts, report: Report, firsts: Iterator[bool], stop: asyncio.Event, limit: int | None, dry_run: bool, tell: Tell) -> None:
    pace = getattr(settings().sending, name, None) or Pace()
    if dry_run:
        pace = pace.model_copy(update={"mode": "dry_run"})
    if reason := pace.obstacle() or (f"there is no channel {name}" if pace.mode != "dry_run" and name not in parts.channels else None):
        report.held[name] = f"sending.{name}: {reason}"
        return
    counts = report.counts.setdefault(name, Counter())
    try:
        async with DryRun() if pace.mode == "dry_run" else parts.channels[name](pace, parts) as channel:
            if gave_up := await _batches(name, channel, pace, parts, counts, firsts, stop, limit, lambda outcome: tell(name, outcome)):
                report.held[name] = gave_up
    except* (OSError, ValueError, Told) as errors:  # a key that cannot be read, a full disk: this channel's trouble, not the others'
        report.held[name] = f"sending.{name}: {'; '.join(plain(error) for error in leaves(errors))}"


async def _batches(
    name: str, channel: Channel, pace: Pace, parts: Parts, counts: Counter, firsts: Iterator[bool], stop: asyncio.Event, limit: int | None, tell
) -> str | None:
    """Batch after batch; `firsts` gives true to one claim of the run. What was put off is waited for as long as patience lasts. Returns why the provider was given up on, if it was."""
    sending = settings().sending
    terms = Terms(name, pace.mode, channel.provider, sending.batch, sending.attempts, sending.backoff, channel.idempotency_hours)
    rates = Rates(
        settings().data / "communications" / "rates.json",
        {channel.provider: pace.rate} | {f"@{domain}": rate for domain, rate in getattr(pace, "recipient_rates", {}).items()},
    )
    waited, taken, temper = 0.0, 0, Temper()
    while not stop.is_set() and (limit is None or taken < limit):
        size = min(sending.batch, limit - taken) if limit is not None else sending.batch
        try:
            batch, due = await asyncio.to_thread(claim, replace(terms, size=size), parts.withdrawn, is_first=next(firsts, False), ends=stop.is_set)
        except duckdb.IOException:
            if stop.is_set():  # while it waited for the warehouse
                return None
            raise
        if batch is None:
            wait = (due - datetime.now(UTC).replace(tzinfo=None)).total_seconds() + 0.01 if due else None
            if wait is None or waited + wait > sending.patience:
                return None
            waited, begun = waited + max(wait, 0.01), time.monotonic()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), max(wait, 0.01))
            temper.last_good += time.monotonic() - begun  # nothing was asked of the provider meanwhile
            continue
        taken += len(batch.rows)
        delivery = Delivery(batch, channel, pace, rates, sending, temper, render=parts.render, links=parts.links, stop=stop, tell=tell)
        try:
            await delivery.run()
        finally:
            counts.update(delivery.counts)
        if delivery.gave_up:
            return delivery.gave_up
    return None


def leaves(group: BaseExceptionGroup) -> list[BaseException]:
    return [leaf for error in group.exceptions for leaf in (leaves(error) if isinstance(error, BaseExceptionGroup) else [error])]
