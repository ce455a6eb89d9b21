"""Messages that wait to be sent. One whose recipient domain must wait stands aside, so that it holds up nobody else."""

import asyncio
from collections import deque
from collections.abc import Callable

from pipelines.sending.rates import Rates

LONGEST_SLEEP = 0.5  # seconds, so that the end of a run is noticed


class Waiting:
    """A queue of items by recipient domain; at the end of the run (`ends`) everything comes out without waiting."""

    def __init__(self, rates: Rates, ends: Callable[[], bool]):
        self._rates, self._ends = rates, ends
        self._queue: asyncio.Queue = asyncio.Queue()
        self._aside: dict[str, deque] = {}

    def put(self, domain: str, item: object, *, has_turn: bool = False) -> None:
        self._queue.put_nowait((domain, item, has_turn))

    async def get(self) -> object:
        """The next item whose domain may have a message now."""
        while True:
            domain, item, has_turn = await self._queue.get()
            if not domain or has_turn or self._ends():
                return item
            if domain in self._aside:
                self._aside[domain].append(item)
            elif wait := self._rates.take(domain):
                self._aside[domain] = deque([item])
                self._look_again(domain, wait)
            else:
                return item

    def _look_again(self, domain: str, wait: float) -> None:
        asyncio.get_running_loop().call_later(min(wait, LONGEST_SLEEP), self._release, domain)

    def _release(self, domain: str) -> None:
        aside, wait = self._aside[domain], 0.0
        while aside and (self._ends() or not (wait := self._rates.take(domain))):
            self.put(domain, aside.popleft(), has_turn=True)
        if aside:
            self._look_again(domain, wait)
        else:
            del self._aside[domain]
