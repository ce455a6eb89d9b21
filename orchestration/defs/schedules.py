"""When the job runs: once a day, and soon after a new file; and the sweep of killed runs."""

import hashlib

import dagster as dg

from orchestration.runs import sweep
from pipelines.settings import settings

daily = dg.define_asset_job(
    "daily",
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    description="Land what is new, build, match, check, publish. Does next to nothing if nothing changed.",
)

every_day = dg.ScheduleDefinition(
    name="every_day",
    job=daily,
    cron_schedule=settings().schedule,
    execution_timezone=settings().timezone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="The daily run; its scheduled time is the run's logical time.",
)


def listing() -> str:
    """Hash of what lies in the inbox: names, sizes, times. Contents are the landing's business.

    What a run itself brought there asks for no further run: answers come in all the time, and with the next run they are early enough.
    """
    from pipelines.responses.delivery import is_ours
    from pipelines.sources.inbox import list_files

    files = [file for file in list_files() if not is_ours(file.source, file.name)]
    lines = sorted(f"{file.source}/{file.name}\t{file.size}\t{file.modified_at}" for file in files)
    return hashlib.md5("\n".join(lines).encode(), usedforsecurity=False).hexdigest() if lines else ""


@dg.sensor(job=daily, minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.RUNNING)
def new_files(context: dg.SensorEvaluationContext):
    """Asks for a run once the inbox has changed and then stood still for one look, so that no half-copied file is read."""
    now = listing()
    seen, _, settling = (context.cursor or "").partition(" ")
    if now in ("", seen):
        context.update_cursor(seen)
        return dg.SkipReason("The inbox is as it was.")
    if now != settling:
        context.update_cursor(f"{seen} {now}")
        return dg.SkipReason("The inbox is changing: waiting until it stands still.")
    context.update_cursor(now)
    return dg.RunRequest(run_key=now)


@dg.sensor(job=daily, minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.RUNNING)
def killed_runs(context: dg.SensorEvaluationContext):
    """Fails the runs whose process is gone, so that they hold up no other."""
    dead = sweep(context.instance)
    return dg.SkipReason(f"Swept: {', '.join(dead)}" if dead else "No run is dead.")
