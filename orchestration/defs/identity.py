"""The identity tables as assets between dbt's intermediate models and its marts. Matching is `pipelines.identity`."""

from dataclasses import fields

import dagster as dg

from orchestration.defs.resources import FORCE, POOL, RETRY, RunLock, only_the_date_changed, run_at
from orchestration.defs.warehouse import MANIFEST, Translator

# What matching reads; the stewards' decisions too, so that they are built before it.
READS = (["intermediate", "int_records"], ["intermediate", "int_identifiers"], ["intermediate", "int_links"], ["seeds", "identity_overrides"])

SPECS = [
    dg.AssetSpec(
        Translator().get_asset_key(source),
        deps=READS,
        description=source["description"],
        group_name="identity",
        kinds={"splink", "duckdb"},
        owners=["data@example.com"],
        skippable=True,
    )
    for source in MANIFEST["sources"].values()
    if source["schema"] == "identity"
]


@dg.multi_asset(name="identity", specs=SPECS, pool=POOL, retry_policy=RETRY)
def identity(context: dg.AssetExecutionContext, run_lock: RunLock):
    """Who is who depends on files and code, not on the day: with both unchanged, yesterday's answer stands."""
    from pipelines.identity import resolve_identity

    moment = run_at(context)
    if only_the_date_changed(moment) and FORCE not in context.run.tags:
        metadata = {"unchanged": True}
    else:
        report = resolve_identity(moment)
        numbers = {field.name: getattr(report, field.name) for field in fields(report)}
        metadata = {name: value for name, value in numbers.items() if isinstance(value, int | float)}
    for spec in SPECS:
        yield dg.MaterializeResult(asset_key=spec.key, metadata=metadata)


assets = [identity] if SPECS else []
