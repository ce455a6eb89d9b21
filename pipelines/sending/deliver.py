"""One batch on its way: rendered, then handed over by as many tasks as the channel has connections, each message journalled before and after.

What a message or its recipient does wrong is its own outcome and never anybody else's. What a provider does wrong (takes nothing, is out of
reach) holds up everything for a while, and then the rest stays unclaimed for a later run. What a recipient's side puts off is left to a
later claim: retries of a message are decided in one place, `claim`.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from pipelines.sending.channel import THROTTLED, Channel, Content, Message, Result
from pipelines.sending.claim import Batch
from pipelines.sending.rates import Rates
from pipelines.sending.settings import Pace, Sending

CHUNK = 50  # messages rendered at once
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60  # seconds
MESSAGE_RATE_UNLIMITED = 20  # messages per second from which a recipient domain without a limit is slowed down

Render = Callable[[list[dict]], Sequence[object]]  # per row a Content, or why not: an object with `reason` and `detail`
Tell = Callable[[str], None]


class Delivery:
    """Sends a batch. `stop` ends it cleanly: what is under way is finished, what is not begun stays free."""

    def __init__(self, batch: Batch, channel: Channel, pace: Pace, rates: Rates, sending: Sending, *, render: Render, links: Callable[[dict], str | None], stop: asyncio.Event, tell: Tell):  # fmt: skip
        self.batch, self.channel, self.pace, self.rates, self.sending = batch, channel, pace, rates, sending
        self.render, self.links, self.stop, self.tell = render, links, stop, tell
        self.counts: Counter[str] = Counter()
        self.gave_up: str | None = None  # why the provider was given up on
        self._queue: asyncio.Queue = asyncio.Queue()
        self._last_good, self._pause_until, self._troubles = time.monotonic(), 0.0, 0

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._write())
                for _ in range(self.pace.connections):
                    tasks.create_task(self._send_on())
        finally:
            self.batch.journal.close()

    async def _write(self) -> None:
        """Renders ahead of the sending, a chunk at a time."""
        for start in range(0, len(self.batch.rows), CHUNK):
            if self._ends():
                break
            rows = self.batch.rows[start : start + CHUNK]
            for row, content in zip(rows, await asyncio.to_thread(rendered, self.render, rows), strict=True):
                if not isinstance(content, Content):
                    self._note(row, Result(outcome="failed", code=content.reason, diagnostic=content.detail))
                elif self.batch.mode == "dry_run":
                    self.batch.journal.nothing_sent(row["message_id"], row["attempt"])
                    self._count("dry_run")
                else:
                    self._queue.put_nowait((row, self._message(row, content)))
        for _ in range(self.pace.connections):
            self._queue.put_nowait(None)

    async def _send_on(self) -> None:
        while (waiting := await self._queue.get()) is not None:
            row, message = waiting
            attempt = row["attempt"]
            while not self._ends():
                result = await self._send(row, message, attempt)
                if result is None or not is_throttling(result):
                    break
                attempt += 1
                await self._hold_up(result)

    async def _send(self, row: dict, message: Message, attempt: int) -> Result | None:
        """One attempt; None if it was not begun, because it is too late or the run ends."""
        domain = domain_of(message)
        while (wait := self._pause_until - time.monotonic()) > 0 and not self._ends():
            await asyncio.sleep(min(wait, 0.2))
        await self._before_the_end(self.rates.take(self.channel.provider, domain))
        if self._ends() or datetime.now(UTC).replace(tzinfo=None) >= datetime.fromisoformat(row["expires_at"]):
            return None
        self.batch.journal.handing_over(message.message_id, attempt)
        try:
            result = await self.channel.send(message)
        except Exception as error:  # a channel's own fault: whether the provider has the message, nobody knows
            result = Result(outcome="unknown", code="error", diagnostic=type(error).__name__)
        if result.outcome == "deferred" and not is_throttling(result) and attempt >= self.sending.attempts:
            result = Result(outcome="failed", code=result.code, diagnostic=f"given up after {attempt} attempts: {result.diagnostic or ''}".strip())
        self._note(row, result, attempt)
        if not is_throttling(result):
            self._last_good, self._troubles = time.monotonic(), 0
            self.rates.good(self.channel.provider, domain)
            if result.outcome == "deferred" and (result.diagnostic or "").startswith("4.7."):
                self.rates.slow_down(domain, MESSAGE_RATE_UNLIMITED)
        return result

    async def _hold_up(self, result: Result) -> None:
        """The provider takes nothing for now: slower from here on, and a pause for all, longer each time; at the end of patience it is given up on."""
        if result.code != "unreachable":
            self.rates.slow_down(self.channel.provider, self.pace.rate)
        if time.monotonic() - self._last_good > self.sending.patience:
            self.gave_up = f"{self.channel.provider} takes nothing: {result.code} {result.diagnostic or ''}".strip()
        elif self._pause_until < time.monotonic():
            pause = result.retry_after or min(FIRST_PAUSE * 2**self._troubles, LONGEST_PAUSE)
            self._pause_until, self._troubles = time.monotonic() + pause, self._troubles + 1

    def _ends(self) -> bool:
        return self.stop.is_set() or self.gave_up is not None

    async def _before_the_end(self, waiting) -> None:
        """Waits for a turn, but no longer than the run."""
        turn, end = asyncio.ensure_future(waiting), asyncio.ensure_future(self.stop.wait())
        await asyncio.wait((turn, end), return_when=asyncio.FIRST_COMPLETED)
        end.cancel()
        if not turn.done():
            turn.cancel()
            return
        turn.result()

    def _message(self, row: dict, content: Content) -> Message:
        is_test = self.batch.mode == "sandbox"
        return Message(
            message_id=row["message_id"],
            channel=row["channel"],
            identifier_type=row["identifier_type"] or "",
            address=self.pace.sandbox_address if is_test else row["address"] or "",
            purpose=row["purpose"],
            locale=row["locale"] or "",
            content=content,
            unsubscribe_url=self.links(row),
            scenario=row["scenario"],
            is_test=is_test,
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
    return message.address.rpartition("@")[2].lower() if message.channel == "email" else ""


class NotWritten:
    """Stands for a message whose rendering broke: it harms no other of its chunk."""

    reason = "render_error"

    def __init__(self, error: Exception):
        self.detail = type(error).__name__  # the text of the error may quote the person's data


def rendered(render: Render, rows: list[dict]) -> Sequence[object]:
    """The contents of a chunk; where the chunk as a whole breaks, row by row."""
    try:
        contents = render(rows)
        if len(contents) == len(rows):
            return contents
        raise ValueError("as many contents as rows")
    except Exception as error:
        if len(rows) == 1:
            return [NotWritten(error)]
        return [content for row in rows for content in rendered(render, [row])]
