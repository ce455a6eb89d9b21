"""The tables of communications as assets, between the marts and what is published. Evaluating is `pipelines.campaigns.engine`."""

import dagster as dg

from orchestration.defs.resources import POOL, RETRY, RunLock, run_at
from orchestration.defs.warehouse import MANIFEST, Translator

# What the evaluation reads; `inputs` says what of them.
READS = (
    *(
        ["marts", name]
        for name in ("customer_timeline", "customer_360", "customers", "customer_channels", "consent_history", "customer_redirects", "suppressions")
    ),
    ["segments", "segment_history"],
    ["intermediate", "int_events"],
    ["intermediate", "int_consent_events"],
    ["intermediate", "int_suppressions"],
    ["intermediate", "int_reactions"],
    ["seeds", "country_time_zones"],
)
SPECS = [
    dg.AssetSpec(
        Translator().get_asset_key(source),
        deps=READS,
        description=source["description"],
        group_name="communications",
        kinds={"duckdb"},
        owners=["data@example.com"],
        skippable=True,
    )
    for source in MANIFEST["sources"].values()
    if source["schema"] == "communications"
]


@dg.multi_asset(name="communications", specs=SPECS, pool=POOL, retry_policy=RETRY)
def communications(context: dg.AssetExecutionContext, run_lock: RunLock):
    """One tick. A second one at the same moment changes nothing; without a live scenario there is nothing to do."""
    from pipelines.campaigns.engine.run import evaluate

    done = evaluate(run_at(context), context.log.warning)
    counts = {"entries": done.entries, "transitions": done.transitions, "decisions": done.decisions, "outbox": done.messages}
    for spec in SPECS:
        metadata = {"added": counts[spec.key.path[-1]]} if spec.key.path[-1] in counts else {}
        yield dg.MaterializeResult(asset_key=spec.key, metadata=metadata)


assets = [communications] if SPECS else []
