"""The process that writes messages: no secrets in its environment, no files to write, little memory, little time per person.

Reads chunks from its standard input (pickled by the parent, which it trusts) and answers one line of JSON per person, at once, so that a
process that had to be stopped leaves no doubt about who it stopped at. Nothing a template does can outlast it: what Python can interrupt is
interrupted after `SECONDS` of CPU, what it cannot is ended by the kernel. Run by `render`.
"""

import json
import math
import pickle
import resource
import signal
import sys
import time
from contextlib import contextmanager, suppress

from jinja2.exceptions import SecurityError, UndefinedError

from pipelines.messages.compiled import TooLong, compiled, write
from pipelines.messages.folder import TemplateError
from pipelines.messages.sandbox import Skipped
from pipelines.messages.words import Unprintable

SECONDS = 0.5  # CPU, for one person; a message takes about a millisecond
COMPILING = 5.0  # CPU, for one version of a template
MEMORY = 1 << 30  # address space of the whole process; it needs about a fifth


WORDS = {UndefinedError: "nothing of that name is known here", SecurityError: "templates may not reach this", RecursionError: "it calls itself without end"}


class TimeIsUp(BaseException):
    """No template can catch it."""


def _stop(*_: object) -> None:
    raise TimeIsUp


@contextmanager
def limited(seconds: float):
    """Raises `TimeIsUp` after so much CPU time; where that cannot interrupt, the kernel ends the process a second or two later."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(time.process_time() + seconds + 1)
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def answers(chunk: dict):
    """For each person `["written", parts, links]`, `["skipped", reason]`, `["error", detail]` or `["limit", detail]`."""
    try:
        with limited(COMPILING):
            programs = compiled(chunk["channel"], chunk["locale"], chunk["time_zone"], tuple(chunk["sources"].items()))
    except (TemplateError, MemoryError, TimeIsUp, RecursionError) as error:
        detail = str(error) if isinstance(error, TemplateError) else "the template takes too much time or memory to compile"
        yield from (["error", detail] for _ in chunk["people"])
        return
    for person in chunk["people"]:
        yield answer(programs, person)


def answer(programs: dict, person: dict) -> list:
    try:
        with limited(SECONDS):
            return ["written", *write(programs, person)]
    except Skipped as skipped:
        return ["skipped", str(skipped)]
    except TimeIsUp:
        return ["limit", f"it takes more than {SECONDS} seconds"]
    except MemoryError:
        return ["limit", "it takes too much memory"]
    except Exception as error:  # whatever a template does harms one person only
        what = str(error) if isinstance(error, Unprintable | TooLong) else WORDS.get(type(error), type(error).__name__)
        return ["error", f"{getattr(error, 'place', 'template')}: {what}"]


def main() -> None:
    sys.stdout = sys.stderr  # nothing else writes where the answers go
    signal.signal(signal.SIGPROF, _stop)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # memory holds people's data
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    with suppress(ValueError, OSError):  # macOS has no such limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with open(1, "wb", buffering=0, closefd=False) as out:
        while True:
            try:
                chunk = pickle.load(sys.stdin.buffer)
            except EOFError:
                return
            for one in answers(chunk):
                line = memoryview(json.dumps(one, ensure_ascii=False).encode(errors="surrogatepass") + b"\n")
                while line:
                    line = line[out.write(line) :]


if __name__ == "__main__":
    main()
