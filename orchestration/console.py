"""What a run shows on the terminal: one line per stage with its seconds. All else goes to the run's log file.

What the run found (counts, reasons, where to look next) is told afterwards by `pipelines.run_summary`.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TextIO

import dagster as dg

from pipelines.settings import settings

STAGES = {
    "landing": "reading the inbox",
    "arrival": "checking what arrived",
    "landing__files_every_row_is_accounted_for": "counting every row",
    "warehouse": "building staging and intermediate models",
    "identity": "matching records to customers",
    "marts": "building marts and segments",
    "departure": "checking what would leave",
    "communications": "evaluating campaigns",
    "results": "building results of campaigns",
    "published": "publishing",
}
SHOWN = 10


def log_file(run_at: datetime) -> Path:
    """The log of the run of `run_at`; running it again adds to it."""
    folder = settings().data / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"run_{run_at:%Y%m%dT%H%M%S}.log"


@contextmanager
def set_aside(log: Path) -> Iterator[TextIO]:
    """Send everything that is printed, by this process or its children, to `log`; yields the terminal."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    target = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(target, 1)
    os.dup2(target, 2)
    try:
        with os.fdopen(os.dup(kept[0]), "w", encoding="utf-8") as terminal:
            yield terminal
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(kept[0], 1)
        os.dup2(kept[1], 2)
        for handle in (*kept, target):
            os.close(handle)


class Progress:
    """Told of every event of a run, prints a line per stage."""

    def __init__(self, terminal: TextIO) -> None:
        self.terminal = terminal
        self.started: dict[str, float] = {}

    def __call__(self, entry: dg.EventLogEntry, *_) -> None:
        event, step = entry.dagster_event, entry.step_key
        if event is None or (stage := self._stage(step)) not in STAGES:
            return
        if event.is_step_start:
            self.started[step] = entry.timestamp
            self._say(f"  {STAGES[stage]:<42}")
        elif event.is_step_success or event.is_step_failure:
            self._say(f"{entry.timestamp - self.started[step]:6.1f} s{'' if event.is_step_success else '  failed'}\n")

    def _stage(self, step: str | None) -> str | None:
        """Dagster runs dbt before identity, after it and after the communications, as `warehouse`, `warehouse_2` and `warehouse_3`, in any order of names."""
        if step is None or not step.startswith("warehouse"):
            return step
        return "results" if "communications" in self.started else "marts" if "identity" in self.started else "warehouse"

    def _say(self, text: str) -> None:
        self.terminal.write(text)
        self.terminal.flush()


def tell_failure(result: dg.ExecuteInProcessResult, log: Path, terminal: TextIO) -> None:
    """Which checks or which stage failed, and where the whole story is."""
    missed = [one.check_name for one in result.get_asset_check_evaluations() if not one.passed and one.severity == dg.AssetCheckSeverity.ERROR]
    for name in missed[:SHOWN]:
        terminal.write(f"  check failed: {name}\n")
    if len(missed) > SHOWN:
        terminal.write(f"  … and {len(missed) - SHOWN} more\n")
    for event in result.filter_events(lambda event: event.is_step_failure):
        error = event.step_failure_data.error
        while error.cause:
            error = error.cause
        for line in _gist(error.message):
            terminal.write(f"    {line.strip()[:300]}\n")
    terminal.write(f"  all of it: {log}\n")


def _gist(message: str) -> list[str]:
    """Two lines of an error. dagster-dbt names the command, hundreds of models long, before it comes to the point: "... Error in model ..."."""
    lines = [line for line in message.splitlines() if line.strip()]
    starts = [index for index, line in enumerate(lines) if " Error in " in line]
    return lines[starts[0] : starts[0] + 2] if starts else lines[:2]
