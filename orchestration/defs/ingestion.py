"""Every raw table as an asset, filled from the inbox in one step. Reading and loading are `pipelines.sources`."""

from datetime import datetime

import dagster as dg

from orchestration.defs.resources import FORCE, POOL, RunLock, nothing_to_do, run_at
from pipelines.settings import settings
from pipelines.sources.registry import presets

LANDING = {
    "files": "One row per file ever met, with its hash, its counts and what became of it",
    "quarantine": "One row per record that was left out, with its line, the reason and the remedy",
    "set_traits": "One row per trait that a step of a scenario set in an earlier run",
}

inbox = [
    dg.AssetSpec(["inbox", preset.name], description=f"{preset.title}: {preset.where}", group_name="inbox", kinds={"file"}, owners=["data@example.com"])
    for preset in presets().values()
]


def _specs() -> list[dg.AssetSpec]:
    raw = [
        dg.AssetSpec(
            [f"raw_{preset.name}", table.name],
            deps=[["inbox", preset.name]],
            description=table.description,
            group_name=f"raw_{preset.name}",
            kinds={"dlt", "duckdb"},
            owners=["data@example.com"],
            skippable=True,
        )
        for preset in presets().values()
        for table in preset.tables
    ]
    landing = [
        dg.AssetSpec(
            ["landing", name],
            deps=[spec.key for spec in inbox],
            description=text,
            group_name="landing",
            kinds={"duckdb"},
            owners=["data@example.com"],
            skippable=True,
        )
        for name, text in LANDING.items()
    ]
    return raw + landing


@dg.multi_asset(name="landing", specs=_specs(), pool=POOL, retry_policy=dg.RetryPolicy(max_retries=2, delay=20, backoff=dg.Backoff.EXPONENTIAL))
def landing(context: dg.AssetExecutionContext, run_lock: RunLock):
    """Files that cannot be read are refused one by one and never stop the run. Without any change, everything after this is skipped."""
    from pipelines.privacy import keeping_out
    from pipelines.sources.landing import land

    moment = run_at(context)
    keep_no_longer_than_allowed(context, moment)
    bring_in_what_was_sent()
    report = land(moment)
    keeping_out.clean_copies()
    context.log.info(f"{len(report.loaded)} files loaded, {len(report.refused)} refused, {report.rows_loaded} rows, {report.rows_quarantined} in quarantine")
    if nothing_to_do(moment) and FORCE not in context.run.tags:
        context.log.info("The files, the code and the day are those of the published version: there is nothing to do.")
        return
    rows: dict[str, int] = {}
    for file in report.loaded:
        name = f"raw_{file.source}/{file.table_name}"
        rows[name] = rows.get(name, 0) + file.rows_loaded
    for spec in landing.specs:
        yield dg.MaterializeResult(asset_key=spec.key, metadata={"rows_loaded": rows.get("/".join(spec.key.path), 0)})


def bring_in_what_was_sent() -> None:
    """The tables of communications, empty before the first evaluation, and in them what senders did since; as lines it lands with this run."""
    from pipelines.campaigns.engine.run import prepare
    from pipelines.responses.sent import write_sent
    from pipelines.sending.claim import settle
    from pipelines.warehouse import connect

    with connect() as connection:
        prepare(connection)
    settle(write_sent)


def keep_no_longer_than_allowed(context: dg.AssetExecutionContext, moment: datetime) -> None:
    """Before anything new comes in, what is too old goes, or is counted: the setting `retention` says which."""
    from pipelines.privacy import erase, retention

    if order := erase.unfinished():
        context.log.warning(f"An erasure of {order.started_at} was killed: finishing it.")
        erase.carry_out(order)
    erase.give_up()  # what was gathered and never confirmed
    rows = sum(rule.rows for rule in retention.due(moment))
    if rows and settings().retention == "apply":
        retention.apply(moment)
    if rows:
        context.log.info(
            f"{rows} raw rows are older than seeds/retention.csv allows"
            + (": removed." if settings().retention == "apply" else "; `svod privacy retention` shows them.")
        )


assets = [*inbox, landing]
