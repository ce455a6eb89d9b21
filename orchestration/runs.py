"""One run at a time, and none that only looks alive.

A run holds a lock of the operating system for as long as its process lives, however it dies. So whoever gets the lock
knows that every run still called "started" is dead, and can say so: Dagster's own launcher never notices a killed process,
and the pool slot it held would block the next run for ever.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

import dagster as dg
from dagster._core.storage.dagster_run import IN_PROGRESS_RUN_STATUSES

from pipelines.settings import settings

STARTED_HERE = "svod/started_by"
# The environment variable that tells a run's child process whom to end with.
PARENT = "SVOD_RUN_PROCESS"
# A run that Dagster launched needs this long from "starting" to holding the lock.
STARTUP_SECONDS = 120
_held: list[TextIO] = []


class RunUnderWay(RuntimeError):
    """Another run of this data folder is alive."""


@contextmanager
def only_run(wait_seconds: float = 0) -> Iterator[None]:
    """Hold the data folder's run lock; within the same process, entering again is free."""
    if _held:
        yield
        return
    settings().data.mkdir(parents=True, exist_ok=True)
    with (settings().data / ".run.lock").open("w") as lock:
        _acquire(lock, wait_seconds)
        _held.append(lock)
        try:
            yield
        finally:
            _held.clear()


def sweep(instance: dg.DagsterInstance, startup_seconds: float = STARTUP_SECONDS) -> list[str]:
    """Fail the runs whose process is gone and free their pool slots; returns their ids. Does nothing while a run is alive."""
    with suppress(RunUnderWay), only_run():
        dead = [record.dagster_run for record in _in_progress(instance) if _is_dead(record, startup_seconds)]
        for run in dead:
            instance.report_run_failed(run, "The process of this run was killed: nothing was published. The next run takes up where it left.")
        _free_slots(instance)
        return [run.run_id for run in dead]
    return []


def _acquire(lock: TextIO, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise RunUnderWay(f"another run is at work on {settings().data}") from None
            time.sleep(0.5)


def _in_progress(instance: dg.DagsterInstance) -> list[dg.RunRecord]:
    return list(instance.get_run_records(dg.RunsFilter(statuses=list(IN_PROGRESS_RUN_STATUSES))))


def _is_dead(record: dg.RunRecord, startup_seconds: float) -> bool:
    """A run of this machine's command line held the lock before it was born; a launched one may be about to take it."""
    return STARTED_HERE in record.dagster_run.tags or time.time() - record.update_timestamp.timestamp() > startup_seconds


def _free_slots(instance: dg.DagsterInstance) -> None:
    storage = instance.event_log_storage
    if not storage.supports_global_concurrency_limits:
        return
    alive = {record.dagster_run.run_id for record in _in_progress(instance)}
    for run_id in storage.get_concurrency_run_ids() - alive:
        storage.free_concurrency_slots_for_run(run_id)
