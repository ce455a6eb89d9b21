"""One batch on its way: rendered, then handed over by as many tasks as the channel has connections, each message journalled before and after.

What a message or its recipient does wrong is its own outcome and never anybody else's. What nobody's message could be written with is the
template's fault, and its messages wait for it to be mended. What a provider does wrong (takes nothing, is out of
reach) holds up everything for a while, and then the rest stays unclaimed for a later run. What a recipient's side puts off is left to a
later claim: retries of a message are decided in one place, `claim`. What was asked when the batch was claimed (consent, suppressions, quiet hours)
holds for a while only: what is not begun by then is claimed anew.
"""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from pipelines.redaction import Told
from pipelines.sending.channel import THROTTLED, UNREACHABLE, UNWRITTEN, Channel, Content, Message, Result
from pipelines.sending.claim import Batch
from pipelines.sending.rates import Rates
from pipelines.sending.settings import Pace, Sending
from pipelines.sending.waiting import Waiting

CHUNK = 50  # messages rendered at once
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60  # seconds
ROUNDS = 10  # how often a message is tried in one delivery while the provider holds things up
MESSAGE_RATE_UNLIMITED = 20  # messages per second from which a recipient domain without a limit is slowed down

Render = Callable[[list[dict]], Sequence[object]]  # per row a Content, or why not: an object with `reason` and `detail`
Tell = Callable[[str], None]


@dataclass
class Temper:
    """How the provider has been in this run, from batch to batch. Moments are of the monotonic clock, in seconds."""

    last_good: float = field(default_factory=time.monotonic)
    pause_until: float = 0.0
    troubles: int = 0


class Delivery:
    """Sends a batch. `stop` ends it cleanly: what is under way is finished, what is not begun stays free."""

    def __init__(self, batch: Batch, channel: Channel, pace: Pace, rates: Rates, sending: Sending, temper: Temper, *, render: Render, links: Callable[[dict], dict[str, str]], stop: asyncio.Event, tell: Tell):  # fmt: skip
        self.batch, self.channel, self.pace, self.rates, self.sending, self.temper = batch, channel, pace, rates, sending, temper
        self.render, self.links, self.stop, self.tell = render, links, stop, tell
        self.counts: Counter[str] = Counter()
        self.gave_up: str | None = None  # why the provider was given up on
        self._waiting = Waiting(rates, self._ends)
        self._open = 1  # messages not finished, and the writing itself
        self._ask_again_at = time.monotonic() + sending.recheck_after

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._write())
                for _ in range(self.pace.connections):
                    tasks.create_task(self._send_on())
        finally:
            self.batch.journal.close()

    async def _write(self) -> None:
        """Renders ahead of the sending, a chunk at a time. Whose fault it is that a message could not be written, only the whole batch tells."""
        sound, unwritten = set(), []
        for start in range(0, len(self.batch.rows), CHUNK):
            if self._ends():
                break
            rows = self.batch.rows[start : start + CHUNK]
            for row, message in zip(rows, await asyncio.to_thread(self._messages, rows), strict=True):
                if isinstance(message, Message) or message.reason != "render_error":
                    sound.add(template_of(row))
                if not isinstance(message, Message):
                    result = Result(outcome="failed", diagnostic=f"{message.reason}: {message.detail}")
                    unwritten.append((row, result)) if message.reason == "render_error" else self._note(row, result)
                elif self.batch.mode == "dry_run":
                    self.batch.journal.nothing_sent(row["message_id"], row["attempt"])
                    self._count("dry_run")
                else:
                    self._open += 1
                    self._waiting.put(domain_of(message), (row, message, row["attempt"]))
        else:  # of a batch that was broken off they are free again
            for row, result in unwritten:
                self._note(row, result if template_of(row) in sound else replace(result, outcome="deferred", code=UNWRITTEN))
        self._finish_one()

    async def _send_on(self) -> None:
        while (item := await self._waiting.get()) is not None:
            row, message, attempt = item
            result = None if self._ends() else await self._send(row, message, attempt)
            if result and is_throttling(result):
                self._hold_up(result)
                # A server may say 421 of one recipient only: that one stands at the end of the queue, and after some rounds is left to a later claim.
                if attempt < row["attempt"] + ROUNDS:
                    self._waiting.put(domain_of(message), (row, message, attempt + 1))
                    continue
            self._finish_one()

    def _finish_one(self) -> None:
        self._open -= 1
        if not self._open:
            for _ in range(self.pace.connections):
                self._waiting.put("", None)

    async def _send(self, row: dict, message: Message, attempt: int) -> Result | None:
        """One attempt; None if it was not begun, because it is too late or the run ends."""
        domain = domain_of(message)
        while not self._ends() and (wait := max(self.temper.pause_until - time.monotonic(), 0) or self.rates.take(self.channel.provider)):
            await asyncio.sleep(min(wait, 0.2))
        if self._ends() or datetime.now(UTC).replace(tzinfo=None) >= datetime.fromisoformat(row["expires_at"]):
            return None
        self.batch.journal.handing_over(row["message_id"], attempt)
        try:
            result = await self.channel.send(message)
        except Exception as error:  # a channel's own fault: whether the provider has the message, nobody knows
            result = Result(outcome="unknown", code="error", diagnostic=type(error).__name__)
        is_busy = is_throttling(result)
        if is_busy and result.code not in THROTTLED:  # said in the provider's own words
            result = replace(result, code="429", diagnostic=f"{result.code}: {result.diagnostic or ''}".strip(": "))
        if result.outcome == "deferred" and not is_busy and row["tries"] + 1 >= self.sending.attempts:
            result = Result(outcome="failed", code=result.code, diagnostic=f"{result.diagnostic or ''} (given up after {row['tries'] + 1} tries)".strip())
        self._note(row, result, attempt)
        if not is_busy:
            self.temper.last_good, self.temper.troubles = time.monotonic(), 0
            self.rates.good(self.channel.provider, domain)
            if result.outcome == "deferred" and (result.diagnostic or "").startswith("4.7."):
                self.rates.slow_down(domain, MESSAGE_RATE_UNLIMITED)
        return result

    def _hold_up(self, result: Result) -> None:
        """The provider takes nothing for now: slower from here on, and a pause for all, longer each time; at the end of patience it is given up on."""
        if result.code != UNREACHABLE:
            self.rates.slow_down(self.channel.provider, self.pace.rate)
        pause = result.retry_after or min(FIRST_PAUSE * 2**self.temper.troubles, LONGEST_PAUSE)
        if max(pause, time.monotonic() - self.temper.last_good) > self.sending.patience:
            self.gave_up = f"{self.channel.provider} takes nothing: {result.code} {result.diagnostic or ''}".strip()
        elif self.temper.pause_until < time.monotonic():
            self.temper.pause_until, self.temper.troubles = time.monotonic() + pause, self.temper.troubles + 1

    def _ends(self) -> bool:
        return self.stop.is_set() or self.gave_up is not None or time.monotonic() >= self._ask_again_at

    def _messages(self, rows: list[dict]) -> list[object]:
        """Per row a Message, or why there is none. Where a chunk as a whole breaks, it is written row by row."""
        try:
            told = [row | {"mode": self.batch.mode, "message_id": self._known_as(row)} for row in rows]
            told = [row | self.links(row) for row in told]
            contents = self.render(told)
            return [self._message(row, content) if isinstance(content, Content) else content for row, content in zip(told, contents, strict=True)]
        except Told:
            raise  # a setting is missing: nobody's message can be written
        except Exception as error:
            return [NotWritten(error)] if len(rows) == 1 else [one for row in rows for one in self._messages([row])]

    def _known_as(self, row: dict) -> str:
        """The id that goes out with the message. A trial has one of its own: what a tester answers is about nobody, and providers take the real one later for no repetition."""
        return hashlib.md5(f"sandbox|{row['message_id']}".encode(), usedforsecurity=False).hexdigest() if self.batch.mode == "sandbox" else row["message_id"]

    def _message(self, row: dict, content: Content) -> Message:
        address = row["template"] if row["channel"] == "webhook" else row["address"]  # the endpoint stands where others have their text
        return Message(
            message_id=row["message_id"],
            channel=row["channel"],
            identifier_type=row["identifier_type"] or "",
            address=self.pace.sandbox_address if self.batch.mode == "sandbox" else address or "",
            purpose=row["purpose"],
            locale=row["locale"] or "",
            content=content,
            unsubscribe_url=row["unsubscribe_url"],
            scenario=row["scenario"],
        )

    def _note(self, row: dict, result: Result, attempt: int | None = None) -> None:
        self.batch.journal.answered(row["message_id"], attempt or row["attempt"], result)
        self._count(result.outcome)

    def _count(self, outcome: str) -> None:
        self.counts[outcome] += 1
        self.tell(outcome)


def is_throttling(result: Result) -> bool:
    return result.outcome == "deferred" and (result.code in THROTTLED or result.retry_after is not None)


def domain_of(message: Message) -> str:
    """Of an e-mail's recipient, as a key of the rates; providers have names without the sign."""
    return f"@{message.address.rpartition('@')[2].lower()}" if message.channel == "email" else ""


def template_of(row: dict) -> tuple:
    return row["scenario"], row["template"], row["channel"], row["locale"]


class NotWritten:
    """Stands for a message whose rendering broke: it harms no other of its chunk."""

    reason = "render_error"

    def __init__(self, error: Exception):
        self.detail = type(error).__name__  # the text of the error may quote the person's data
