"""Between requests and files: many at once share one write and one fsync, and each is answered only when its line is on the disk."""

import asyncio
import contextlib
import logging
import time
from collections import defaultdict

from pipelines.responses.segments import Segments

KINDS = ("responses", "sendgrid", "unisender")
LONGEST_QUEUE = 20_000  # lines; whoever comes then is told to come again
LOOK_AGAIN = 5.0  # seconds, so that a file in which nothing is written any more is finished
log = logging.getLogger(__name__)


class Busy(Exception):
    """More comes in than the disk takes, or about one message than is kept."""


class Hearing:
    """`await keep(kind, line)` returns when the line is kept, and raises OSError or Busy if it is not."""

    def __init__(self, **options: float):
        self._segments = {kind: Segments(kind, **options) for kind in KINDS}
        self._waiting: list[tuple[str, bytes, asyncio.Future]] = []
        self._wake = asyncio.Event()
        self._ends = False

    async def keep(self, kind: str, line: bytes) -> None:
        if len(self._waiting) >= LONGEST_QUEUE or self._ends:
            raise Busy
        kept = asyncio.get_running_loop().create_future()
        self._waiting.append((kind, line, kept))
        self._wake.set()
        await kept

    async def run(self) -> None:
        """Until `end`; what came before is kept."""
        looked = time.monotonic()
        while not self._ends or self._waiting:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), LOOK_AGAIN)
            self._wake.clear()
            batch, self._waiting = self._waiting, []
            await self._write(batch)
            if time.monotonic() - looked > LOOK_AGAIN:
                looked = time.monotonic()
                await asyncio.to_thread(lambda: [one.close_old() for one in self._segments.values()])
        for one in self._segments.values():
            one.close()

    def end(self) -> None:
        self._ends = True
        self._wake.set()

    async def _write(self, batch: list[tuple[str, bytes, asyncio.Future]]) -> None:
        groups: dict[str, list[tuple[bytes, asyncio.Future]]] = defaultdict(list)
        for kind, line, kept in batch:
            groups[kind].append((line, kept))
        for kind, members in groups.items():
            error = None
            try:
                await asyncio.to_thread(self._segments[kind].append_raw, b"".join(line + b"\n" for line, _ in members))
            except OSError as caught:
                error = caught
                log.error("%s lines could not be kept: %s", len(members), caught.strerror)
            for _, kept in members:
                if not kept.done():  # whoever asked may have gone
                    kept.set_exception(error) if error else kept.set_result(None)
