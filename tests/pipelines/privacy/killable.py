"""Runs `svod privacy erase …` and kills it at a named point: `python killable.py MODULE FUNCTION before|after erase …`. For the tests beside it."""

import importlib
import os
import signal
import sys


def arm(module: str, name: str, moment: str) -> None:
    """Makes the process end, as if the power had gone, around a call of this function."""
    owner = importlib.import_module(module)
    original = getattr(owner, name)

    def deadly(*arguments, **keywords):
        if moment == "after":
            original(*arguments, **keywords)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, deadly)


if __name__ == "__main__":
    from pipelines.privacy.commands import privacy

    arm(*sys.argv[1:4])
    sys.argv[1:4] = []
    privacy()
