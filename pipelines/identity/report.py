"""What a run came to: its pairs with their decisions, the figures of its report, the row it leaves in `identity.runs`."""

import hashlib
import time
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipelines.identity import drift, identifier_types, measure, views
from pipelines.identity.block import DECLARED, INSIDE
from pipelines.identity.graph import bits
from pipelines.identity.model import Model
from pipelines.identity.score import PROBABILITY
from pipelines.identity.settings import settings_version
from pipelines.settings import settings


@dataclass(frozen=True)
class IdentityReport:
    """What a run did; `skipped` if there was nothing to do, and then the figures are those of the last run."""

    run_number: int
    changed_records: int
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


# Where it is decided which pairs are looked at, what they weigh and who is one person. Whom an id goes to is not among it: that has a history.
DECIDING = ("block", "changes", "cluster", "compare", "comparisons", "graph", "overrides", "people", "report", "resolve", "score", "settings", "vetoes")

LAST = """
select run_number, 0, records, pairs_scored, matched_pairs, review_pairs, clusters, largest_cluster, created, merged, split, retired,
    precision, recall, f1, model_version, model_kind, seconds
from warehouse.identity.runs
order by run_number desc
limit 1
"""

# Pairs scored by this run, and those of the last run whose records were decided again. A view, for they are read once, to be written down.
PAIRS = """
create or replace temp view decided_pairs as
with

pairs as (

    select * from scored
    union all by name
    select pairs.* exclude (decision, reason)
    from known_pairs as pairs
    inner join decided as l on pairs.n_l = l.n
    inner join decided as r on pairs.n_r = r.n
    where pairs.rule <> {inside} and l.n not in (select n from again) and r.n not in (select n from again)

),

judged as (

    select pairs.*, coalesce(l.cluster = r.cluster, false) as is_together, {probability} as match_probability
    from pairs
    left join decided as l on pairs.n_l = l.n
    left join decided as r on pairs.n_r = r.n

)

select
    judged.* exclude (is_together, match_probability),
    case
        when is_together and (match_probability >= {threshold} or rule = {declared}) then 'match'
        when not is_together and match_probability >= {review} then 'review'
        else 'no'
    end as decision,
    case when not is_together and match_probability >= {review} then coalesce(refused.reason, 'not sure') end as reason
from judged
left join refused on judged.n_l = refused.n_l and judged.n_r = refused.n_r
"""

COUNTS = """
select
    (select count(*) from warehouse.identity.record_customers) as records,
    (select count(*) from warehouse.matching.pairs) as pairs,
    (select count(*) from warehouse.matching.pairs where decision = 'match') as matched_pairs,
    (select count(*) from warehouse.matching.pairs where decision = 'review') as review_pairs,
    (select count(*) from warehouse.identity.customers) as customers,
    (select coalesce(max(record_count), 0) from warehouse.identity.customers) as largest_cluster,
    count(*) filter (where event = 'created') as created,
    count(*) filter (where event = 'merged_into') as merged,
    count(*) filter (where event = 'split_from') as split,
    count(*) filter (where event = 'retired') as retired
from new_events
"""


@cache
def rules_version() -> str:
    """Changes with the code that decides, so that old decisions are not mixed with new ones; models stay valid. Where a comment changed, one run is for nothing."""
    return hashlib.md5(b"".join(Path(__file__).with_name(f"{name}.py").read_bytes() for name in DECIDING)).hexdigest()[:8]


def circumstances(model: Model, threshold: float) -> str:
    """All that decides the result of a run beside its inputs."""
    return f"{settings_version()} {rules_version()} {identifier_types.version()} {model.version} {threshold} {settings().review_threshold}"


def last_report(connection: DuckDBPyConnection) -> IdentityReport | None:
    """The report of the last run."""
    rows = connection.execute(LAST).fetchall()
    return IdentityReport(*rows[0], skipped=True) if rows else None


def make_pairs(connection: DuckDBPyConnection, model: Model, threshold: float) -> None:
    """Makes `decided_pairs`, every pair of the records decided again, with what was decided and why not; `new_pairs` is the same to be read."""
    numbers = {"inside": INSIDE, "declared": DECLARED, "threshold": threshold, "review": settings().review_threshold}
    connection.execute(PAIRS.format(probability=PROBABILITY, **numbers)).fetchall()
    connection.execute(f"create or replace temp view new_pairs as {views.pairs(model, 'decided_pairs', 'people')}").fetchall()


def write(
    connection: DuckDBPyConnection, run_at: datetime, run_number: int, model: Model, started: float, before: dict[str, drift.Distribution]
) -> IdentityReport:
    """Measures what was written, against what was there `before`, and notes the run. Call it within the run's transaction, after the tables."""
    counts = connection.execute(COUNTS).fetchall()[0]
    changed = connection.execute("select count(*) from changed").fetchall()[0][0]
    found = measure.quality(connection, settings().data / "truth" / "records.parquet", "warehouse.identity.record_customers")
    report = IdentityReport(
        run_number, changed, *counts, *((found.precision, found.recall, found.f1) if found else (None, None, None)),
        model.version, model.kind, round(time.monotonic() - started, 2),
    )  # fmt: skip
    renamed = {"pairs": "pairs_scored", "customers": "clusters"}
    row = {renamed.get(field.name, field.name): getattr(report, field.name) for field in fields(report) if field.name != "skipped"}
    row |= {"run_at": run_at.replace(tzinfo=None), "settings_version": settings_version(), "threshold": settings().match_threshold}
    row |= measure.labels(connection, bits(settings().match_threshold)) | drift.drift(before, drift.distributions(connection))
    row["matched_share"] = 1 - row["clusters"] / row["records"] if row["records"] else None
    if found:
        row |= {
            name: getattr(found, name) for name in ("f1_error", "bcubed_precision", "bcubed_recall", "bcubed_f1", "exact_share", "over_merged", "under_merged")
        }
    names = ", ".join(row)
    connection.execute(f"insert into warehouse.identity.runs ({names}) values ({', '.join('$' + name for name in row)})", row).fetchall()
    return report
