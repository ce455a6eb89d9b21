"""The last door: what would leave in the marts. How many customers, how much was matched, how large the clusters are, from where they come,
and whether matching is as good as what readers have now, by the truth, by what stewards decided, or by its figures."""

from dataclasses import dataclass
from datetime import datetime

from duckdb import BinderException, CatalogException, DuckDBPyConnection

from expectations.door import Result, Tolerance, watch
from pipelines.files import quoted
from pipelines.publish import current
from pipelines.settings import settings
from pipelines.warehouse import connect

# How far matching may stray from the published version, in shares of one. Without truth two figures stand for F1:
# matching that joins less moves the first, matching that glues people together moves both.
F1_FALL, MATCHED_SHARE_DRIFT, LARGE_SHARE_RISE = 0.02, 0.05, 0.01
LARGE = 20

# Decisions of stewards are few, and of pairs near the threshold, of which some turn with any new record. Only those that the published
# version knew too are compared: a new one is mostly of a pair that matching got wrong, and stewards at work must not stop the publication.
# Nor are they compared with what another threshold or model came to. Both are decided on by a person who has seen `svod identity plan` (or come
# with a new Svod or a much larger company) and turn labels by themselves; stopped once, the publication would be stopped for good.
# And six more must have turned away than back, which of six is by chance one time in 32 (sign test): of three labels one is a third.
LABEL_FALL, LABELS_TURNED = 0.05, 6
LABELS = """
select
    avg(cast(now.is_evident as integer)) - avg(cast(was.is_evident as integer)) as change,
    count(*) filter (where was.is_evident and not now.is_evident) - count(*) filter (where now.is_evident and not was.is_evident) as turned
from identity.override_outcomes as now
inner join published.quality.identity_labels as was using (action, left_record_id, right_record_id)
where now.is_evident is not null and exists (
    select threshold, model_version from published.quality.identity_quality where is_latest
    intersect
    select threshold, model_version from (from identity.runs order by run_number desc limit 1)
)
"""

# How far the distributions of matching may move from one run to the next before somebody should look, as population stability index.
# 0.1 is what the field takes for a change. Of fewer items than these, chance alone may come to that.
DRIFT_MOST, DRIFT_ITEMS = 0.1, 1_000

PUBLISHED = f"""
select quality.f1, quality.matched_share, sizes.large_share
from quality.identity_quality as quality
cross join (select coalesce(sum(records) filter (where record_count > {LARGE}), 0) / sum(records) as large_share from quality.identity_cluster_sizes) as sizes
where quality.is_latest
"""
CLUSTERS = "(select count(*) as records from identity.record_customers group by customer_id) as clusters"


@dataclass(frozen=True)
class Matching:
    """What a version says of its matching; None where it does not."""

    f1: float | None = None
    matched_share: float | None = None
    large_share: float | None = None


def published() -> Matching:
    """The matching of the version that readers have."""
    if (version := current()) is None:
        return Matching()
    with connect(settings().published / version.full, read_only=True) as connection:
        try:
            rows = connection.execute(PUBLISHED).fetchall()
        except CatalogException:  # published before these figures were
            rows = []
    return Matching(*rows[0]) if rows else Matching()


def label_change(connection: DuckDBPyConnection) -> float | None:
    """How much the accuracy against stewards' labels rose since the published version; None where too few turned to tell, or by another threshold or model."""
    if (version := current()) is None:
        return None
    connection.execute(f"attach '{quoted(settings().published / version.full)}' as published (read_only)")
    try:
        change, turned = connection.execute(LABELS).fetchall()[0]
    except (CatalogException, BinderException):  # published before labels were, or the threshold beside them
        return None
    return change if turned >= LABELS_TURNED else None


def check(run_at: datetime) -> list[Result]:
    """Judge what a publication at `run_at` would show."""
    with connect(read_only=True) as connection:
        sources = [row[0] for row in connection.execute("select distinct split_part(record_id, ':', 1) from identity.record_customers order by 1").fetchall()]
        labels = label_change(connection)
    return watch("departure", tolerances(sources, published(), labels, run_at), run_at)


def tolerances(sources: list[str], readers_have: Matching, labels: float | None, run_at: datetime) -> list[Tolerance]:
    customers = "marts.customers"
    records = "select count(*) from identity.record_customers"
    fixed = [
        Tolerance("customers", customers, f"select count(*) from {customers}", fall=0.3, rise=1.0, is_blocking=True),
        Tolerance(
            "customers per record", customers, f"(select count(*) from {customers}) / nullif(({records}), 0)", most=1.0, fall=0.3, rise=0.3, is_blocking=True
        ),
        Tolerance("records of the largest cluster", customers, f"select max(records) from {CLUSTERS}", most=500, is_blocking=True),
        Tolerance("records per cluster", customers, f"select avg(records) from {CLUSTERS}", most=20, rise=0.5, is_blocking=True),
        Tolerance("share of customers without a name", customers, f"select avg(case when {_no_name()} then 1.0 else 0.0 end) from {customers}", rise=0.5),
    ]
    return [*fixed, *_matching(readers_have), _labels(labels), *_drift(run_at), *(_source_share(source, records) for source in sources)]


def _matching(was: Matching) -> list[Tolerance]:
    f1, matched_share = (f"(select {figure} from identity.runs order by run_number desc limit 1)" for figure in ("f1", "matched_share"))
    large_share = f"(select coalesce(sum(records) filter (where records > {LARGE}), 0) / sum(records) from {CLUSTERS})"
    return [
        Tolerance("F1 of matching, change since the publication", "marts.customers", _change(f1, was.f1), least=-F1_FALL, is_blocking=True),
        Tolerance(
            "matched share, change since the publication, without truth", "marts.customers",
            f"case when {f1} is null then {_change(matched_share, was.matched_share)} end",
            least=-MATCHED_SHARE_DRIFT, most=MATCHED_SHARE_DRIFT, is_blocking=True,
        ),
        Tolerance(
            "records in large clusters, change since the publication, without truth", "marts.customers",
            f"case when {f1} is null then {_change(large_share, was.large_share)} end", most=LARGE_SHARE_RISE, is_blocking=True,
        ),
    ]  # fmt: skip


def _labels(change: float | None) -> Tolerance:
    measure = repr(change) if change is not None else "null"
    return Tolerance("accuracy against stewards' labels, change since the publication", "marts.customers", measure, least=-LABEL_FALL, is_blocking=True)


def _drift(run_at: datetime) -> list[Tolerance]:
    """A warning, since the company may have changed and not the matching: a new source moves both. Once: a day without news leaves no run of its own."""
    kinds = (("cluster sizes", "cluster_size_drift", "records"), ("match weights", "match_weight_drift", "pairs_scored"))
    is_new = f"run_at = timestamp '{run_at}'"
    last = "(select case when {is_new} and {items} >= {least} then {drift} end from identity.runs order by run_number desc limit 1)"
    return [
        Tolerance(
            f"drift of {name} since the run before", "marts.customers", last.format(is_new=is_new, items=items, least=DRIFT_ITEMS, drift=drift), most=DRIFT_MOST
        )
        for name, drift, items in kinds
    ]


def _change(now: str, was: float | None) -> str:
    return f"{now} - {was!r}" if was is not None else "null"


def _no_name() -> str:
    return "given_name is null and family_name is null"


def _source_share(source: str, records: str) -> Tolerance:
    measure = f"(select count(*) from identity.record_customers where split_part(record_id, ':', 1) = '{source}') / nullif(({records}), 0)"
    return Tolerance(f"share of records from {source}", "marts.customers", measure, fall=0.6, rise=1.5)
