"""Files that answers are appended to: one writer per process, each with a file of its own, closed after a while so that the landing can take it.

    <data>/responses/<kind>_<moment>-<process>.jsonl     kind: responses, sendgrid, unisender, standard

`append` returns when its lines are on the disk, so what was confirmed to anybody is kept. A writer holds a lock on its file, which ends with
the process: a file without one is finished, whoever killed its writer. Lines are written in one piece; where the disk is full, what was begun
is cut off again and the caller is told.
"""

import errno
import fcntl
import json
import os
import secrets
import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from weakref import WeakSet

from pipelines.files import is_held, sync
from pipelines.settings import settings

LARGEST, LONGEST = 32 << 20, 60.0  # bytes and seconds after which a file is closed


class Segments:
    """Appends lines of one kind. May be used from several threads."""

    def __init__(self, kind: str = "responses", *, longest: float = LONGEST, largest: int = LARGEST):
        self.kind, self.longest, self.largest = kind, longest, largest
        self._lock = threading.Lock()
        self._file: int | None = None
        self._size, self._since = 0, 0.0
        OPEN.add(self)

    def append(self, lines: Iterable[dict]) -> None:
        """Raises OSError if they could not be kept; then none of them is."""
        data = b"".join(json.dumps({k: v for k, v in line.items() if v is not None}, ensure_ascii=True).encode() + b"\n" for line in lines)
        self.append_raw(data)

    def append_raw(self, data: bytes) -> None:
        """Whole lines, as they are."""
        if not data:
            return
        with self._lock:
            if self._file is None:
                self._open()
            try:
                if os.write(self._file, data) != len(data):
                    raise OSError(errno.ENOSPC, "the disk is full")
                os.fsync(self._file)
            except OSError:
                os.ftruncate(self._file, self._size)
                raise
            self._size += len(data)
        self.close_old()

    def close_old(self) -> None:
        """To be called now and then, so that a file in which nothing is written any more is finished too."""
        with self._lock:
            if self._file is not None and (self._size >= self.largest or time.monotonic() - self._since >= self.longest):
                self._close()

    def close(self) -> None:
        with self._lock:
            if self._file is not None:
                self._close()

    def _open(self) -> None:
        folder().mkdir(parents=True, exist_ok=True)
        name = f"{self.kind}_{datetime.now(UTC):%Y-%m-%dT%H%M%S.%f}-{os.getpid()}"
        draft, path = folder() / f".{name}.draft", folder() / f"{name}.jsonl"
        self._file = os.open(draft, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        os.rename(draft, path)  # locked from the first moment that anyone can see it
        sync(folder())
        self._size, self._since = 0, time.monotonic()

    def _close(self) -> None:
        os.close(self._file)
        self._file = None

    def forget(self) -> None:
        """In a forked child: its parent's lock must end with the parent."""
        self._lock = threading.Lock()
        self.close()


OPEN: WeakSet[Segments] = WeakSet()
os.register_at_fork(after_in_child=lambda: [one.forget() for one in OPEN])


def heard_now(line: dict) -> dict:
    """A line with a time and an id, where who heard it gave none."""
    return {"event_id": f"heard:{secrets.token_hex(12)}", "occurred_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"} | line


def folder() -> Path:
    return settings().data / "responses"


def is_finished(path: Path) -> bool:
    """Whether nobody writes to this file any more."""
    return is_held(path) is False


def finished_within(path: Path, seconds: float) -> bool:
    """Waits until nobody writes to this file any more; False if somebody still does."""
    deadline = time.monotonic() + seconds
    while not is_finished(path):
        if not path.exists() or time.monotonic() > deadline:
            return not path.exists()
        time.sleep(0.5)
    return True
