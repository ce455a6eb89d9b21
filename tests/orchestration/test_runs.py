"""Runs on a real Dagster instance: one at a time, a killed one is swept, a new file is noticed once, the daemon keeps the schedule."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest

from orchestration.runs import RunUnderWay, only_run, sweep
from pipelines.settings import PROJECT, settings

SLEEPER = """
import sys, time
from pathlib import Path
import dagster as dg
from orchestration import home
from orchestration.defs.resources import RunLock
from orchestration.runs import STARTED_HERE, only_run

@dg.op(pool="duckdb")
def sleep(run_lock: RunLock):
    Path(sys.argv[1]).touch()
    time.sleep(float(sys.argv[2]))

@dg.job(resource_defs={"run_lock": RunLock()}, executor_def=dg.in_process_executor)
def sleeping():
    sleep()

if __name__ == "__main__":
    home.prepare()
    with only_run(), dg.DagsterInstance.get() as instance:
        assert sleeping.execute_in_process(instance=instance, tags={STARTED_HERE: "command line"}).success
"""


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("SVOD_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    monkeypatch.delenv("SVOD_INBOX", raising=False)
    home = tmp_path / "data" / "dagster"
    home.mkdir(parents=True)
    shutil.copyfile(PROJECT / "dagster.yaml", home / "dagster.yaml")
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


@pytest.fixture
def instance(data):
    with dg.DagsterInstance.get() as real:
        yield real


def start(data: Path, seconds: float) -> subprocess.Popen:
    script, mark = data / "sleeper.py", data / "asleep"
    script.write_text(SLEEPER)
    mark.unlink(missing_ok=True)
    process = subprocess.Popen([sys.executable, str(script), str(mark), str(seconds)], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    wait(lambda: mark.exists() or process.poll() is not None, 60)
    assert mark.exists(), process.communicate()[1]
    return process


def wait(condition, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.3)
    return bool(condition())


def test_a_killed_run_is_swept_and_gives_its_turn_to_the_next(data, instance):
    process = start(data, 300)
    (run,) = instance.get_runs()
    assert sweep(instance) == [], "a run that is alive is left alone"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.STARTED
    assert instance.event_log_storage.get_concurrency_info("duckdb").active_slot_count == 1
    assert sweep(instance) == [run.run_id]
    assert instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.FAILURE
    assert instance.event_log_storage.get_concurrency_info("duckdb").active_slot_count == 0
    following = start(data, 0)
    assert following.wait(60) == 0, following.communicate()[1]


def test_a_second_run_does_not_start_while_one_is_alive(data):
    process = start(data, 300)
    with pytest.raises(RunUnderWay), only_run():
        pass
    process.kill()
    process.communicate()
    with only_run():
        pass


def test_a_launched_run_that_is_just_starting_is_not_taken_for_dead(instance):
    starting = instance.create_run_for_job(dg.GraphDefinition(name="nothing").to_job(), status=dg.DagsterRunStatus.STARTING)
    assert sweep(instance) == []
    assert sweep(instance, startup_seconds=-1) == [starting.run_id]


def test_a_new_file_asks_for_one_run_once_it_is_wholly_there(data, instance):
    from orchestration.defs.schedules import new_files

    inbox = data / "data" / "inbox" / "orders"
    inbox.mkdir(parents=True)

    def look(cursor: str | None) -> tuple[list, str]:
        context = dg.build_sensor_context(instance=instance, cursor=cursor)
        answer = new_files(context)
        return ([answer] if isinstance(answer, dg.RunRequest) else []), context.cursor

    asked, cursor = look(None)
    assert asked == []
    (inbox / "orders.csv").write_text("order_id\n1\n")
    asked, cursor = look(cursor)
    assert asked == [], "it may still be being copied"
    (inbox / "orders.csv").write_text("order_id\n1\n2\n")
    asked, cursor = look(cursor)
    assert asked == []
    first, cursor = look(cursor)
    again, cursor = look(cursor)
    assert len(first) == 1 and again == []
    (inbox / "more.csv").write_text("order_id\n3\n")
    _, cursor = look(cursor)
    second, cursor = look(cursor)
    assert len(second) == 1 and second[0].run_key != first[0].run_key


@pytest.mark.timeout(240)
def test_the_real_daemon_starts_the_daily_job_at_its_scheduled_time(data, instance, monkeypatch):
    monkeypatch.setenv("SVOD_SCHEDULE", "* * * * *")
    command = [str(Path(sys.executable).with_name("dagster-daemon")), "run", "-m", "orchestration.definitions"]
    with (data / "daemon.log").open("w") as log:
        daemon = subprocess.Popen(command, cwd=PROJECT, stdout=log, stderr=subprocess.STDOUT, start_new_session=True, env=os.environ.copy())
    try:

        def started() -> list[dg.DagsterRun]:
            begun = (dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.SUCCESS)
            return [run for run in instance.get_runs() if run.status in begun and "dagster/schedule_name" in run.tags]

        assert wait(started, 200), (data / "daemon.log").read_text()[-3000:]
        run = started()[0]
        assert (run.job_name, run.tags["dagster/schedule_name"]) == ("daily", "every_day")
        assert run.tags[".dagster/scheduled_execution_time"].endswith(":00+00:00")
        ticks = [run.tags[".dagster/scheduled_execution_time"] for run in instance.get_runs()]
        assert len(ticks) == len(set(ticks)), "each scheduled time starts one run"
    finally:
        os.killpg(daemon.pid, signal.SIGKILL)
        daemon.wait()
