"""The daily job in this process: what `make run`, `svod run` and the tests call.

    python -m orchestration.run [--run-at '2026-01-31 05:00:00'] [--force] [--verbose]

Exit codes: 0 done · 1 failed · 3 another run is at work · 4 the audit failed, so nothing was published.
"""

import argparse
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO
from uuid import uuid4

import dagster as dg

from orchestration import home
from orchestration.console import Progress, log_file, set_aside, tell_failure
from orchestration.runs import STARTED_HERE, RunUnderWay, only_run, sweep

# The stages are told by `orchestration.console`; every event is in Dagster's pages.
QUIET = {"loggers": {"console": {"config": {"log_level": "WARNING"}}}}


def run_daily(
    run_at: datetime | None = None, *, force: bool = False, raise_on_error: bool = True, on_event: Callable | None = None
) -> dg.ExecuteInProcessResult:
    """Run the job as of `run_at` (default: this minute), after sweeping runs that were killed."""
    home.prepare()
    with only_run(), dg.DagsterInstance.get() as instance:
        sweep(instance)
        from orchestration.definitions import defs
        from orchestration.defs.resources import FORCE, RUN_AT

        tags = {RUN_AT: (run_at or this_minute()).isoformat(sep=" "), STARTED_HERE: "command line"} | ({FORCE: "true"} if force else {})
        run_id = str(uuid4())
        if on_event:
            instance.add_event_listener(run_id, on_event)
        job = defs.resolve_job_def("daily")
        return job.execute_in_process(run_config=QUIET, instance=instance, tags=tags, raise_on_error=raise_on_error, run_id=run_id)


def this_minute() -> datetime:
    return datetime.now(UTC).replace(second=0, microsecond=0, tzinfo=None)


def audit_failed(result: dg.ExecuteInProcessResult) -> bool:
    """Whether the run stopped at a check rather than at an error; a warning stops nothing."""
    return any(not event.passed and event.severity == dg.AssetCheckSeverity.ERROR for event in result.get_asset_check_evaluations())


def run_and_tell(run_at: datetime, terminal: TextIO, log: Path, *, force: bool) -> int:
    result = run_daily(run_at, force=force, raise_on_error=False, on_event=Progress(terminal))
    if result.success:
        if not result.get_asset_materialization_events():
            terminal.write("  nothing has changed since the published version, so nothing was built\n")
        return 0
    tell_failure(result, log, terminal)
    return 4 if audit_failed(result) else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run-at", type=datetime.fromisoformat, default=this_minute(), help="logical time, UTC")
    parser.add_argument("--force", action="store_true", help="build everything, even if nothing changed")
    parser.add_argument("--verbose", action="store_true", help="show everything instead of writing it to <data>/logs")
    given = parser.parse_args()
    log = log_file(given.run_at)
    try:
        if given.verbose:
            code = run_and_tell(given.run_at, sys.stdout, log, force=given.force)
        else:
            with set_aside(log) as terminal:
                code = run_and_tell(given.run_at, terminal, log, force=given.force)
    except RunUnderWay as busy:
        print(f"Not started: {busy}.", file=sys.stderr)
        return 3
    from pipelines.run_summary import print_summary

    print_summary(given.run_at, published=code == 0)
    return code


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Past the interpreter's own end: there DuckDB's Python binding prints a page about leaks that harm nobody.
    os._exit(code)
