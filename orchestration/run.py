"""The daily job in this process: what `make run`, `svod run` and the tests call.

    python -m orchestration.run [--run-at '2026-01-31 05:00:00'] [--force]

Exit codes: 0 done · 1 failed · 3 another run is at work · 4 the audit failed, so nothing was published.
"""

import argparse
import sys
from datetime import UTC, datetime

import dagster as dg

from orchestration import home
from orchestration.runs import STARTED_HERE, RunUnderWay, only_run, sweep

# On the command line dbt's own lines tell how far the run is; everything else is in Dagster's pages.
QUIET = {"loggers": {"console": {"config": {"log_level": "WARNING"}}}}


def run_daily(run_at: datetime | None = None, *, force: bool = False, raise_on_error: bool = True) -> dg.ExecuteInProcessResult:
    """Run the job as of `run_at` (default: this minute), after sweeping runs that were killed."""
    home.prepare()
    with only_run(), dg.DagsterInstance.get() as instance:
        sweep(instance)
        from orchestration.definitions import defs
        from orchestration.defs.ingestion import FORCE
        from orchestration.defs.resources import RUN_AT

        moment = run_at or datetime.now(UTC).replace(second=0, microsecond=0, tzinfo=None)
        tags = {RUN_AT: moment.isoformat(sep=" "), STARTED_HERE: "command line"} | ({FORCE: "true"} if force else {})
        return defs.resolve_job_def("daily").execute_in_process(run_config=QUIET, instance=instance, tags=tags, raise_on_error=raise_on_error)


def audit_failed(result: dg.ExecuteInProcessResult) -> bool:
    """Whether the run stopped at a check rather than at an error."""
    return any(not event.passed for event in result.get_asset_check_evaluations())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run-at", type=datetime.fromisoformat, help="logical time, UTC")
    parser.add_argument("--force", action="store_true", help="build everything, even if nothing changed")
    given = parser.parse_args()
    try:
        result = run_daily(given.run_at, force=given.force, raise_on_error=False)
    except RunUnderWay as busy:
        print(f"Not started: {busy}.", file=sys.stderr)
        return 3
    from pipelines.run_summary import print_summary

    print_summary(published=result.success)
    if result.success:
        return 0
    return 4 if audit_failed(result) else 1


if __name__ == "__main__":
    sys.exit(main())
