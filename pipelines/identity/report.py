"""What a run came to: the figures of its report, and its results written to schema `identity`.

Deciding stays out. A run is known by its inputs, settings, model and threshold: if all are as last time, its report stands.
"""

import time
from dataclasses import asdict, dataclass
from datetime import datetime

import pyarrow as pa
from duckdb import DuckDBPyConnection

from pipelines.identity import measure, tables
from pipelines.identity.model import Model
from pipelines.identity.settings import settings_version
from pipelines.settings import settings

# Pairs from here up to the threshold, and pairs above it that were parted, wait for a person to decide.
REVIEW = 0.5


@dataclass(frozen=True)
class IdentityReport:
    """What a run did; `skipped` if there was nothing to do, and then the figures are those of the last run."""

    records: int
    pairs: int
    matched_pairs: int
    review_pairs: int
    customers: int
    largest_cluster: int
    created: int
    merged: int
    split: int
    retired: int
    precision: float | None
    recall: float | None
    f1: float | None
    model_version: str
    model_kind: str
    seconds: float
    skipped: bool = False


REPORT = """
select records, pairs_scored, matched_pairs, review_pairs, clusters, largest_cluster, created, merged, split, retired,
    precision, recall, f1, model_version, model_kind, seconds
from warehouse.identity.runs
where inputs = $inputs and settings_version = $settings_version and threshold = $threshold and model_version = $model_version
    and run_at = (select max(run_at) from warehouse.identity.runs)
"""

PAIRS = """
select
    scored.*,
    case
        when match_probability >= $threshold and l.customer_id = r.customer_id then 'match'
        when match_probability >= $review and l.customer_id <> r.customer_id then 'review'
        else 'no'
    end as decision
from scored
inner join new_record_customers as l on scored.left_record_id = l.record_id
inner join new_record_customers as r on scored.right_record_id = r.record_id
order by left_record_id, right_record_id
"""


COUNTS = """
select
    (select count(*) from people) as records,
    (select count(*) from new_pairs) as pairs,
    (select count(*) from new_pairs where decision = 'match') as matched_pairs,
    (select count(*) from new_pairs where decision = 'review') as review_pairs,
    (select count(*) from new_customers) as customers,
    (select coalesce(max(record_count), 0) from new_customers) as largest_cluster,
    count(*) filter (where event = 'created') as created,
    count(*) filter (where event = 'merged_into') as merged,
    count(*) filter (where event = 'split_from') as split,
    count(*) filter (where event = 'retired') as retired
from new_events
"""

CONTENTS = {
    "pairs": "new_pairs",
    "record_customers": "new_record_customers",
    "customers": "new_customers",
    "customer_events": "new_events",
    "customer_redirects": "new_redirects",
    "runs": "new_run",
}


def circumstances(inputs: str, model: Model) -> dict[str, str | float]:
    """All that decides the result of a run."""
    return {"inputs": inputs, "settings_version": settings_version(), "threshold": settings().match_threshold, "model_version": model.version}


def last_report(connection: DuckDBPyConnection, inputs: str, model: Model) -> IdentityReport | None:
    """The report of the last run, if it stood under the same circumstances."""
    rows = connection.execute(REPORT, circumstances(inputs, model)).fetchall()
    return IdentityReport(*rows[0], skipped=True) if rows else None


def write(connection: DuckDBPyConnection, run_at: datetime, model: Model, inputs: str, started: float) -> IdentityReport:
    """Measures and writes the result that lies in the temporary tables."""
    connection.execute(f"create or replace temp table new_pairs as {PAIRS}", {"threshold": settings().match_threshold, "review": REVIEW}).fetchall()
    counts = connection.execute(COUNTS).fetchall()[0]
    quality = measure.quality(connection, settings().data / "truth" / "records.parquet")
    report = IdentityReport(*counts, *quality, model.version, model.kind, round(time.monotonic() - started, 2))
    renamed = {"pairs": "pairs_scored", "customers": "clusters"}
    row = {renamed.get(name, name): value for name, value in asdict(report).items() if name != "skipped"}
    connection.register("new_run", pa.Table.from_pylist([{"run_at": run_at.replace(tzinfo=None), **row, **circumstances(inputs, model)}]))
    tables.write(connection, {name: f"select * from {table}" for name, table in CONTENTS.items()})
    return report
