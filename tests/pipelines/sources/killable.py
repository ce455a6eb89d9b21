"""Runs a landing that kills itself at a named point: `python killable.py [MODULE FUNCTION before|after]`. For the tests beside it."""

import importlib
import os
import signal
import sys
from datetime import UTC, datetime


def arm(module: str, name: str, moment: str) -> None:
    """Makes the process end, as if the power had gone, around a call of this function."""
    *path, last = name.split(".")
    owner = importlib.import_module(module)
    for part in path:
        owner = getattr(owner, part)
    original = getattr(owner, last)

    def deadly(*arguments, **keywords):
        if moment == "after":
            original(*arguments, **keywords)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, last, deadly)


if __name__ == "__main__":
    from pipelines.sources.landing import land

    if len(sys.argv) > 1:
        arm(*sys.argv[1:])
    land(datetime(2026, 1, 1, tzinfo=UTC))
