"""What every step needs: the run's logical time, what changed since the last publication, the run lock, and dbt."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version as installed
from pathlib import Path

import dagster as dg
from dagster._core.storage.tags import SCHEDULED_EXECUTION_TIME_TAG
from dagster_dbt import DagsterDbtTranslator, DbtCliResource
from packaging.version import Version

from orchestration.runs import PARENT, only_run
from pipelines.fingerprint import Fingerprint, fingerprint
from pipelines.publish import current, dbt_target
from pipelines.settings import PROJECT, settings

DBT = Path(sys.executable).with_name("dbt")
DBT_FOLDERS = ("models", "macros", "seeds", "snapshots", "tests/dbt", "dbt_project.yml", "profiles.yml")
RUN_AT = "svod/run_at"
FORCE = "svod/force"
POOL = "duckdb"
# For steps that write in one transaction each. dbt's has none: most of what ends it are failed tests, and they would fail again.
RETRY = dg.RetryPolicy(max_retries=1, delay=20)


def run_at(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> datetime:
    """The run's logical time, UTC: as asked for, else as scheduled, else the minute the run was made."""
    run = context.run
    given = run.tags.get(RUN_AT) or run.tags.get(SCHEDULED_EXECUTION_TIME_TAG)
    if given:
        moment = datetime.fromisoformat(given)
        return (moment.astimezone(UTC) if moment.tzinfo else moment).replace(tzinfo=None)
    return context.instance.get_run_record_by_id(run.run_id).create_timestamp.astimezone(UTC).replace(second=0, microsecond=0, tzinfo=None)


def unchanged(now: Fingerprint) -> set[str]:
    """Which of files, code, date and campaigns are as they were in the last publication; none if a run since then broke off half-way."""
    version = current()
    if version is None or unfinished().exists():
        return set()
    return {part for part, value in now.as_dict().items() if version.fingerprint.get(part) == value}


def nothing_to_do(moment: datetime) -> bool:
    now = fingerprint(moment)
    return unchanged(now) == set(now.as_dict())


def only_the_date_changed(moment: datetime) -> bool:
    """Or the scenarios, on which no model depends."""
    return {"files", "code"} <= unchanged(fingerprint(moment))


def unfinished() -> Path:
    """A mark that stands from the first change of the warehouse until its publication."""
    return settings().data / ".unfinished"


def manifest() -> Path:
    """dbt's manifest, parsed anew if any dbt file is newer: a stale one would silently lose the edges through identity."""
    path = dbt_target() / "manifest.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    with (path.parent / ".parse.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists() or path.stat().st_mtime < newest_dbt_file():
            parse = [DBT, "--quiet", "parse", "--profiles-dir", PROJECT, "--target-path", path.parent, "--log-path", path.parent, "--log-level-file", "none"]
            done = subprocess.run(parse, cwd=PROJECT, capture_output=True, text=True)
            if done.returncode:
                raise RuntimeError(f"dbt cannot read the project:\n{done.stdout}{done.stderr}")
    return path


def newest_dbt_file() -> float:
    roots = [PROJECT / name for name in DBT_FOLDERS]
    paths = [path for root in roots for path in (root, *root.rglob("*")) if path.exists()]
    return max(path.stat().st_mtime for path in paths)


class Dbt(DbtCliResource):
    """dbt in a process of its own (`orchestration.dbt_child`), without two costly habits of dagster-dbt.

    It asks `dbt --version` before each command, which starts dbt once more and calls the network, and it imports dbt
    and opens the warehouse in this process, only to look up column types that we do not show.
    """

    @cached_property
    def _cli_version(self) -> Version:
        return Version(installed("dbt-core"))

    def _initialize_dbt_core_adapter(self, args):
        return None

    def build(
        self,
        moment: datetime,
        context: dg.AssetExecutionContext,
        parsed: Mapping,
        translator: DagsterDbtTranslator,
        models: list[str],
        *,
        only_their_tests: bool = False,
    ) -> Iterator:
        """The models and seeds of this step, or only `models` if any are named, with their tests, as of `moment`.

        Unit tests check code, not data: they run in `make test`.
        """
        os.environ["SVOD_DATA"] = str(settings().data.resolve())
        os.environ["SVOD_THREADS"], os.environ["SVOD_MEMORY_LIMIT"] = str(settings().threads), settings().memory_limit
        os.environ[PARENT] = str(os.getpid())
        # dbt's own log file would repeat every query, with the values in it, and cost as much as the models;
        # the manifest is as `manifest` left it, and nobody reads the results as a file.
        arguments = [
            "build",
            "--log-level-file",
            "none",
            "--no-write-json",
            "--exclude-resource-type",
            "unit_test",
            "--vars",
            json.dumps({"run_at": f"{moment:%Y-%m-%d %H:%M:%S}"} | ({"rebuild": True} if FORCE in context.run.tags else {})),
        ]
        if only_their_tests:
            arguments += ["--indirect-selection", "cautious"]  # a test that reads other models too waits until they are built
        if models:
            # With a context dagster-dbt would add these to the step's own selection instead of narrowing it.
            invocation = self.cli([*arguments, "--select", " ".join(models)], manifest=parsed, dagster_dbt_translator=translator, target_path=dbt_target())
            invocation.context = context
        else:
            invocation = self.cli(arguments, context=context, target_path=dbt_target())
        try:
            yield from invocation.stream()
        finally:
            # A step that fails half-way leaves no dbt at work behind it.
            if invocation.process.poll() is None:
                invocation.process.kill()
                invocation.process.wait()


class RunLock(dg.ConfigurableResource):
    """Held from a run's first step to its last; a run that Dagster launched waits for one from the command line."""

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext):
        with only_run(wait_seconds=6 * 3600):
            yield self


resources = {
    "dbt": Dbt(project_dir=PROJECT, profiles_dir=PROJECT, dbt_executable=sys.executable, global_config_flags=["-m", "orchestration.dbt_child"]),
    "run_lock": RunLock(),
}
