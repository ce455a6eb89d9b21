"""Running one stage as a process of its own and asking the system what it took: wall and CPU seconds, peak memory."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from pipelines.settings import PROJECT


@dataclass(frozen=True)
class Figures:
    """What a process and its children took. `peak` is the largest single process, in bytes."""

    wall: float
    cpu: float
    peak: int
    code: int


def run(arguments: list[str], environment: dict[str, str], log: Path, python: str = sys.executable, limit: float | None = None) -> Figures:
    """Run a Python command line to its end, or until `limit` seconds are over. Its output goes to `log`."""
    started = time.monotonic()
    with log.open("ab") as output:
        process = subprocess.Popen([python, *arguments], cwd=PROJECT, env=os.environ | environment, stdout=output, stderr=output, start_new_session=True)
        end = threading.Timer(limit or threading.TIMEOUT_MAX, os.killpg, (process.pid, signal.SIGKILL))
        end.daemon = True
        end.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)  # Ctrl+C does not reach a session of its own
            raise
        finally:
            end.cancel()
    # Linux counts in kilobytes and includes children that have been waited for.
    return Figures(time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, os.waitstatus_to_exitcode(status))
