"""A landing killed at any moment and started again ends as if nothing had happened."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from inbox_files import everything, orders, put

from pipelines.settings import PROJECT
from pipelines.sources.landing import land

RUN_AT = datetime(2026, 1, 1, tzinfo=UTC)
POINTS = {
    "dlt has read the files": ("dlt.pipeline.pipeline", "Pipeline.extract", "after"),
    "rows are in the raw table, uncommitted to any memory": ("dlt.destinations.impl.duckdb.duck", "DuckDbCopyJob.run", "after"),
    "dlt has written its own mark": ("dlt.destinations.job_client_impl", "SqlJobClientBase.complete_load", "after"),
    "the load is complete, the manifest is not written": ("pipelines.sources.manifest", "finish", "before"),
    "the manifest is half written": ("pipelines.sources.manifest", "_seen_row", "before"),
    "one source is done": ("pipelines.sources.manifest", "finish", "after"),
}


def fill(data: Path) -> None:
    put(data, "orders/2025-01-01.csv", orders(500, "A"))
    put(data, "orders/2025-01-02.csv", orders(300, "B") + "short\n")
    put(data, "orders/broken.csv", b"")
    put(data, "segment/events.jsonl", '{"type":"track"}\nbad\n' * 20)
    for path in (data / "inbox").rglob("*.*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))


def landing(*point: str) -> subprocess.Popen:
    script = Path(__file__).with_name("killable.py")
    return subprocess.Popen([sys.executable, str(script), *point], cwd=PROJECT, stderr=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def clean(module_data: Path) -> dict:
    """What an undisturbed landing leaves."""
    fill(module_data)
    land(RUN_AT)
    return everything()


@pytest.mark.parametrize("point", POINTS)
def test_a_landing_killed_when(point, clean, data):
    fill(data)
    process = landing(*POINTS[point])
    assert process.wait(timeout=120) == -signal.SIGKILL
    land(RUN_AT)
    assert everything() == clean
    assert not land(RUN_AT).files
    assert not (data / "landing").exists(), "rows of customers lie in a working folder"


def test_a_landing_killed_twice_at_random_still_ends_right(clean, data):
    fill(data)
    chance = random.Random(20260101)
    for _ in range(2):
        process = landing()
        time.sleep(chance.uniform(2.0, 5.0))
        process.kill()
        process.wait()
    land(RUN_AT)
    assert everything() == clean
