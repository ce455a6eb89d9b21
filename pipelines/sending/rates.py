"""How fast: a token bucket per provider and per recipient domain, kept in `<data>/communications/rates.json`.

All senders of the installation draw from the same buckets, also one that starts after another died: the file is read and written
under a lock, for about a fifth of a second's worth of messages at a time. A provider that says it is too much halves the rate; each
message it takes raises it again by a thousandth of what is set, up to that. What a run learned of a domain holds for the next ones.
"""

import fcntl
import json
import time
from pathlib import Path

SHARE = 0.2  # seconds' worth of messages drawn at once
SLOWEST = 1 / 64  # of the rate that is set
REMEMBERED = 86_400  # seconds after which a bucket that nobody used is forgotten
BURST = 1.0  # seconds' worth of messages that a bucket holds


class Rates:
    """The buckets as one sender sees them. `limits` gives the rate per key that is set, in messages per second; other keys are unlimited."""

    def __init__(self, path: Path, limits: dict[str, float]):
        self.path = path
        with _Locked(path) as buckets:
            slowed = {key: bucket["limit"] for key, bucket in buckets.items() if bucket["rate"] < bucket["limit"]}
        self.limits = slowed | limits
        self._drawn: dict[str, int] = {}
        self._gained: dict[str, int] = {}
        self._slowed: dict[str, float] = {}

    def take(self, key: str) -> float:
        """Takes leave to send one message under this key: 0 if it is given, else how many seconds to wait before asking again."""
        if key not in self.limits:
            return 0
        if not self._drawn.get(key) and (wait := self._draw(key)):
            return wait
        self._drawn[key] -= 1
        return 0

    def good(self, *keys: str) -> None:
        """A message was taken: a slowed rate recovers a little."""
        for key in keys:
            if key in self.limits:
                self._gained[key] = self._gained.get(key, 0) + 1

    def slow_down(self, key: str, unlimited: float) -> None:
        """Halves the rate, once a second at most: answers to what was under way are one complaint. `unlimited` is the rate of a key that has none."""
        if time.monotonic() < self._slowed.get(key, 0):
            return
        self._slowed[key] = time.monotonic() + 1
        self.limits.setdefault(key, unlimited)
        self._drawn[key] = self._gained[key] = 0
        with _Locked(self.path) as buckets:
            bucket = self._filled(buckets, key)
            bucket["rate"] = max(bucket["rate"] / 2, self.limits[key] * SLOWEST)
            bucket["tokens"] = min(bucket["tokens"], 0)

    def _draw(self, key: str) -> float:
        """Draws what is there, up to a share; otherwise says how many seconds to wait."""
        with _Locked(self.path) as buckets:
            bucket = self._filled(buckets, key)
            bucket["rate"] = min(self.limits[key], bucket["rate"] + self._gained.get(key, 0) * self.limits[key] / 1000)
            self._gained[key] = 0
            wanted = max(1, round(bucket["rate"] * SHARE))
            self._drawn[key] = min(wanted, int(bucket["tokens"]))
            bucket["tokens"] -= self._drawn[key]
            return 0 if self._drawn[key] else (min(wanted, max(1, bucket["rate"] * BURST)) - bucket["tokens"]) / bucket["rate"]

    def _filled(self, buckets: dict, key: str) -> dict:
        limit, now = self.limits[key], time.time()
        bucket = buckets.setdefault(key, {"rate": limit, "tokens": max(1.0, limit * SHARE), "at": now})
        bucket |= {"limit": limit, "rate": min(bucket["rate"], limit)}
        room = max(1.0, bucket["rate"] * BURST)
        bucket["tokens"] = min(room, bucket["tokens"] + max(0.0, now - bucket["at"]) * bucket["rate"])
        bucket["at"] = now
        return bucket


class _Locked:
    """The file's buckets, with every other sender kept out. A file that cannot be read is begun anew: it is only a memory of speed."""

    def __init__(self, path: Path):
        self.path = path

    def __enter__(self) -> dict:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = self.path.with_name(f".{self.path.name}.lock").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        try:
            read = json.loads(self.path.read_text())
            self._held = {key: {part: float(bucket[part]) for part in ("limit", "rate", "tokens", "at")} for key, bucket in read.items()}
        except (FileNotFoundError, ValueError, LookupError, AttributeError, TypeError):
            self._held = {}
        return self._held

    def __exit__(self, *_: object) -> None:
        draft = self.path.with_name(f".{self.path.name}.draft")
        draft.write_text(json.dumps({key: bucket for key, bucket in self._held.items() if bucket["at"] > time.time() - REMEMBERED}))
        draft.replace(self.path)  # without waiting for the disk: what a power cut takes is not missed
        self._lock.close()
