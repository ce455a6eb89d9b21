"""What the next run would do, told before anything changes: a run on a scratch connection that is never written.

The warehouse is attached read-only, so that not even a mistake could change it. Which model, threshold or decisions are asked about is
the caller's; printing stays out: `plan_commands.py`.
"""

import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipelines.identity import model as models
from pipelines.identity import overrides, tables
from pipelines.identity.model import Model
from pipelines.identity.plan_samples import samples
from pipelines.identity.run import outcome, reading
from pipelines.redaction import Told
from pipelines.settings import settings


class CannotPlan(Told):
    """There is nothing to compare with, or what is asked about is not there."""


@dataclass(frozen=True)
class Plan:
    """Counts of what the next run changes; `samples` holds a few of each kind. `waiting_records` are new, changed, gone or newly decided on.

    `unmet` are decisions that come to nothing: action, both records, why.
    """

    model: str
    threshold: float
    waiting_records: int
    customers_now: int
    customers_then: int
    created: int = 0
    merged: int = 0
    split: int = 0
    retired: int = 0
    records_moved: int = 0
    customers_affected: int = 0
    memberships_affected: int = 0
    review_pairs_now: int = 0
    review_pairs_then: int = 0
    samples: dict[str, list[dict]] = field(default_factory=dict)
    unmet: list[tuple[str, str, str, str]] = field(default_factory=list)


# A record moves if it was somebody's and becomes somebody else's. Records of customers that only lose or win one are not looked for twice.
MOVES = """
create or replace temp table plan_moves as
select moves.record_id, old.customer_id as from_customer_id, moves.customer_id as to_customer_id
from new_moves as moves inner join old_customers as old on moves.record_id = old.record_id
where moves.customer_id is not null
"""
AFFECTED = """
create or replace temp table plan_affected as
select from_customer_id as customer_id from plan_moves union select to_customer_id from plan_moves
union select customer_id from new_events where event = 'retired'
"""
CUSTOMERS = "select count(*) from warehouse.identity.customers"
REVIEW_NOW = "select count(*) from warehouse.matching.pairs where decision = 'review'"
# The run itself deletes and inserts by these rules; the count follows them.
REVIEW_THEN = f"""
select (select count(*) from decided_pairs where decision = 'review')
    + (select count(*) from warehouse.matching.pairs where decision = 'review' and not $everything and not ({tables.DELETED["matching.pairs"]}))
"""
WAITING = """
select count(*) from inputs full join warehouse.matching.people as state on inputs.record_id = state.record_id
where inputs.input_hash is distinct from state.input_hash
"""


def plan(*, model: Model | None = None, threshold: float | None = None, decisions: Path | None = None, at: datetime | None = None) -> Plan:
    """What a run would do now with this model, threshold and list of decisions; what is not given is as it is in force."""
    folder, threshold = settings().data / "identity", threshold or settings().match_threshold
    with reading(CannotPlan, "matching", "state") as connection, tempfile.TemporaryDirectory(prefix="svod-plan-") as draft:
        overrides.load(connection, decisions)
        model = model or models.current(folder) or models.carried_over(folder)
        if model and models.names_file(folder, model).exists():  # A run that has to fit a model saves it; here that must go nowhere.
            shutil.copy(models.names_file(folder, model), draft)
        found = outcome(connection, model, Path(draft), threshold, at or datetime.now(UTC), full=False)
        waiting = connection.execute(WAITING).fetchall()[0][0]
        if found is None:
            return _unchanged(connection, model, threshold)
        return _changes(connection, found.model, threshold, waiting, everything=found.everything)


def _unchanged(connection: DuckDBPyConnection, model: Model, threshold: float) -> Plan:
    for statement in overrides.NOTHING_DECIDED:
        connection.execute(statement).fetchall()
    overrides.outcomes(connection)
    customers, review = (connection.execute(query).fetchall()[0][0] for query in (CUSTOMERS, REVIEW_NOW))
    return Plan(
        model.version,
        threshold,
        0,
        customers,
        customers,
        review_pairs_now=review,
        review_pairs_then=review,
        unmet=overrides.unmet(connection, "new_override_outcomes"),
    )


def _changes(connection: DuckDBPyConnection, model: Model, threshold: float, waiting: int, *, everything: bool) -> Plan:
    """Reads the temporary tables of an outcome."""

    def count(query: str, **values) -> int:
        return connection.execute(query, values or None).fetchall()[0][0]

    for statement in (MOVES, AFFECTED):
        connection.execute(statement).fetchall()
    events = dict(connection.execute("select event, count(*) from new_events group by event").fetchall())
    created, merged, split, retired = (events.get(event, 0) for event in ("created", "merged_into", "split_from", "retired"))
    now = count(CUSTOMERS)
    segments = overrides.exists(connection, "segments", "segment_members")
    return Plan(
        model.version, threshold, waiting, now, now + created + split - merged - retired, created, merged, split, retired,
        records_moved=count("select count(*) from plan_moves"),
        customers_affected=count("select count(*) from plan_affected"),
        memberships_affected=count("select count(*) from warehouse.segments.segment_members semi join plan_affected using (customer_id)") if segments else 0,
        review_pairs_now=count(REVIEW_NOW),
        review_pairs_then=count(REVIEW_THEN, everything=everything),
        samples=samples(connection),
        unmet=overrides.unmet(connection, "new_override_outcomes"),
    )  # fmt: skip
