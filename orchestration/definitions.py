"""Everything Dagster knows of Svod, put together. The way of the data is in `pipelines/` and `models/`; this only wires."""

import dagster as dg

from orchestration.defs import communications, expectations, identity, ingestion, publishing, schedules, warehouse
from orchestration.defs.resources import resources

defs = dg.Definitions(
    assets=[*ingestion.assets, *warehouse.assets, *identity.assets, *communications.assets, *publishing.assets],
    asset_checks=expectations.checks,
    jobs=[schedules.daily],
    schedules=[schedules.every_day],
    sensors=[schedules.new_files, schedules.killed_runs],
    resources=resources,
    executor=dg.in_process_executor,
)
