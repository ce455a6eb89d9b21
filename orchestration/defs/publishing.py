"""The two published files as assets. They follow every mart, so a failed check on any of them leaves the old version in place."""

import dagster as dg

from orchestration.defs.communications import SPECS as COMMUNICATIONS
from orchestration.defs.resources import POOL, RunLock, run_at, unfinished
from orchestration.defs.warehouse import assets as warehouse_assets
from pipelines.fingerprint import fingerprint
from pipelines.publish import SCHEMAS, publish

READS = [spec.key for asset in warehouse_assets for spec in asset.specs if spec.key.path[0] in SCHEMAS] + [spec.key for spec in COMMUNICATIONS]
ROLES = {
    "full": "The published version for those who may see people",
    "pseudonymised": "The published version for analysts: no names, addresses or contacts, keyed pseudonyms for every id",
}
SPECS = [
    dg.AssetSpec(["published", role], deps=READS, description=text, group_name="published", kinds={"duckdb"}, owners=["data@example.com"], skippable=True)
    for role, text in ROLES.items()
]


@dg.multi_asset(name="published", specs=SPECS, pool=POOL, retry_policy=dg.RetryPolicy(max_retries=1, delay=10))
def published(context: dg.AssetExecutionContext, run_lock: RunLock):
    moment = run_at(context)
    version = publish(moment, fingerprint(moment))
    unfinished().unlink(missing_ok=True)
    for spec in SPECS:
        yield dg.MaterializeResult(asset_key=spec.key, metadata={"version": version.version, "customers": version.rows.get("marts.customers", 0)})


assets = [published]
