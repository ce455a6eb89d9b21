"""dbt as the child process of a run: `python -m orchestration.dbt_child build …` takes dbt's own arguments.

It differs from `dbt` in four ways. It ends when the run ends, however that ends, so that no orphan holds the warehouse.
It takes the project as parsed already: with another `--vars` dbt would parse everything again. Its errors quote no values.
It makes no debug messages: dbt composes twenty for each model and test, the query among them, and then shows none.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.exceptions import DbtRuntimeError

from pipelines.redaction import redact

PARENT = "SVOD_RUN_PROCESS"


def main() -> int:
    threading.Thread(target=end_with_parent, args=(int(os.environ[PARENT]),), daemon=True).start()
    quote_nobody()
    say_what_is_shown()
    result = dbtRunner(manifest=parsed_project()).invoke(sys.argv[1:])
    if result.exception:
        print(redact(str(result.exception)), file=sys.stderr)
    return 0 if result.success else 1


def end_with_parent(parent: int) -> None:
    """The next run may start as soon as the parent is gone, and would find the warehouse locked."""
    while os.getppid() == parent:
        time.sleep(0.1)
    os.kill(os.getpid(), signal.SIGKILL)


def parsed_project() -> Manifest | None:
    """What `dbt parse` left; without it dbt parses for itself."""
    parsed = Path(os.environ["DBT_TARGET_PATH"]) / "partial_parse.msgpack"
    if not parsed.exists():
        return None
    manifest = Manifest.from_msgpack(parsed.read_bytes())
    manifest.build_flat_graph()
    return manifest


def quote_nobody() -> None:
    """Every error of the warehouse passes here before dbt logs it or writes it to its artifacts."""
    original = DuckDBConnectionManager.exception_handler

    @contextmanager
    def exception_handler(self, sql: str, connection_name: str = "master") -> Iterator[None]:
        try:
            with original(self, sql, connection_name):
                yield
        except DbtRuntimeError as error:
            raise DbtRuntimeError(redact(str(error.msg))) from None

    DuckDBConnectionManager.exception_handler = exception_handler


def say_what_is_shown() -> None:
    """Without `--debug` nobody asks for these messages; making them took a twelfth of dbt's time."""
    original = EventManager.fire_event

    def fire_event(self, e: BaseEvent, level: EventLevel | None = None, *more, **named) -> None:
        if (level or e.level_tag()) not in (EventLevel.DEBUG, EventLevel.TEST):
            original(self, e, level, *more, **named)

    EventManager.fire_event = fire_event


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Past the interpreter's own end: there DuckDB's Python binding prints a page about leaks that harm nobody.
    os._exit(code)
