"""Sending as a job of its own, every few minutes: messages become due between the daily runs. It follows the daily job's publication too.

Nothing here is tried again by Dagster: what may be sent again is the journal's to say. A run holds the warehouse only while it claims, so it takes
neither the run lock nor the pool.
"""

import dagster as dg

from pipelines.settings import settings

SENT = dg.AssetSpec(
    ["communications", "sent"],
    deps=[["published", "full"]],
    description="What was handed over to the providers: one attempt per row in communications.attempts, brought in from the journal",
    group_name="communications",
    kinds={"duckdb"},
    owners=["data@example.com"],
    skippable=True,
)


@dg.multi_asset(name="sending", specs=[SENT])
def sending(context: dg.AssetExecutionContext):
    from pipelines.sending.parts import parts
    from pipelines.sending.run import send

    with parts() as given:
        report = send(given)
    for reason in report.held.values():
        context.log.warning(f"Held: {reason}")
    numbers = {f"{channel}/{outcome}": count for channel, counts in report.counts.items() for outcome, count in counts.items()}
    yield dg.MaterializeResult(asset_key=SENT.key, metadata=numbers | {"held": len(report.held)})


assets = [sending]
job = dg.define_asset_job(
    "sending", selection=[SENT.key], executor_def=dg.in_process_executor, description="Send what is due. Goes nowhere until a channel is switched on."
)
schedule = dg.ScheduleDefinition(
    name="send_what_is_due",
    job=job,
    cron_schedule=settings().sending.schedule,
    execution_timezone=settings().timezone,
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Messages become due between the daily runs.",
)
