"""A tick killed at a random moment and run again leaves the same tables, and the same ledger outside the warehouse, as one that nobody disturbed.

`SVOD_TEST_TICK_KILLS` makes them more.
"""

import os
import random
import signal
import time
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest

from pipelines.campaigns.engine import ledger
from pipelines.campaigns.tables import MADE_ANEW, TABLES, ensure
from pipelines.warehouse import connect
from tests.pipelines.campaigns.engine import marts
from tests.pipelines.campaigns.engine import world as worlds

KILLS, AT_EACH = int(os.environ.get("SVOD_TEST_TICK_KILLS", "6")), 4
# A server that has imported everything already, from which each tick is a process of its own.
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["pipelines.campaigns.engine.run", "pipelines.campaigns.reading", "pipelines.campaigns.predicates"])


def evaluated(data: str, campaigns: str, at: datetime) -> None:
    """What `svod campaigns tick --at` does, in a process of its own, but for the checks: these scenarios have no texts."""
    from pipelines.campaigns.engine import run
    from pipelines.settings import settings

    os.environ |= {"SVOD_DATA": data, "SVOD_CAMPAIGNS": campaigns}
    settings.cache_clear()
    run.sound_files = lambda tell: run.files()
    run.evaluate(at)


def tick(data: Path, at: datetime, *, kill_after: float | None = None) -> int:
    """Returns how the process ended: 0, or -9 if it was killed."""
    process = PROCESSES.Process(target=evaluated, args=(str(data), str(data.parent / "campaigns"), at))
    process.start()
    process.join(kill_after)
    if process.is_alive():
        process.kill()
    process.join()
    return process.exitcode


def tables(path: Path) -> dict[str, list[tuple]]:
    with connect(path) as connection:
        return {table: connection.execute(f"from communications.{table} order by all").fetchall() for table in TABLES if table not in MADE_ANEW}


@pytest.fixture
def company(tmp_path: Path) -> worlds.World:
    """The scenarios as files, and the company's marts before each tick."""
    for one in worlds.scenarios():
        folder = tmp_path / "campaigns" / one.scenario
        folder.mkdir(parents=True)
        (folder / "scenario.yml").write_text(one.model_dump_json(by_alias=True, exclude_defaults=True))
    (tmp_path / "campaigns" / "policy.yml").write_text(worlds.policy().model_dump_json(by_alias=True, exclude_defaults=True))
    return worlds.make(tmp_path / "made.duckdb", 150, KILLS, seed=5)


@pytest.mark.timeout(3600)
def test_a_killed_tick_run_again_gives_the_same_tables(company, tmp_path):
    draw, killed, at = random.Random(KILLS), 0, worlds.START
    undisturbed, disturbed = tmp_path / "undisturbed", tmp_path / "disturbed"
    while killed < KILLS:
        at += timedelta(days=1)
        for data in (undisturbed, disturbed):
            with connect(data / "warehouse.duckdb") as connection:
                marts.publish(connection, company, at)
        began = time.monotonic()
        assert tick(undisturbed, at) == 0
        took = time.monotonic() - began
        for _ in range(min(AT_EACH, KILLS - killed)):
            if (ended := tick(disturbed, at, kill_after=draw.uniform(0, took))) == 0:
                break  # it was quicker than the draw
            assert ended == -signal.SIGKILL
            killed += 1
        assert tick(disturbed, at) == 0
    print(f"{killed} kills in {(at - worlds.START).days} ticks")
    assert tables(disturbed / "warehouse.duckdb") == tables(undisturbed / "warehouse.duckdb")
    assert all(tables(disturbed / "warehouse.duckdb")[table] for table in ("ticks", "entries", "transitions", "decisions", "outbox", "trait_changes"))
    with connect(tmp_path / "restored.duckdb") as connection:
        ensure(connection)
        ledger.catch_up(connection, disturbed)
    assert tables(tmp_path / "restored.duckdb") == tables(undisturbed / "warehouse.duckdb")


def test_two_ticks_that_start_at_the_same_second_are_as_good_as_one(company, tmp_path):
    alone, together, at = tmp_path / "alone", tmp_path / "together", worlds.START + timedelta(days=1)
    for data in (alone, together):
        with connect(data / "warehouse.duckdb") as connection:
            marts.publish(connection, company, at)
    assert tick(alone, at) == 0
    both = [PROCESSES.Process(target=evaluated, args=(str(together), str(tmp_path / "campaigns"), at)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert 0 in {process.exitcode for process in both}  # the other may have been told that the warehouse is in use
    assert tables(together / "warehouse.duckdb") == tables(alone / "warehouse.duckdb")
