"""Why records are one customer, and why others are not: the edges between its records and the bits behind each pair.

Reads what the last run wrote, on a scratch connection with the warehouse attached read-only; a pair that was never looked at is scored
on the spot with the model in use. What the edges come to is `holding.py`; `explain_commands.py` prints it,
`evidence_chart.py` draws it.
"""

from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from pipelines.identity import model as models
from pipelines.identity.cluster import doubted
from pipelines.identity.holding import Edge
from pipelines.identity.overrides import exists
from pipelines.identity.score import evident, score
from pipelines.identity.views import EVIDENCE
from pipelines.redaction import Told
from pipelines.settings import settings


class NotKnown(Told):
    """No customer and no record has this id."""


@dataclass(frozen=True)
class Pair:
    """The match weight of two records, part by part: comparison, level, bits. `decision` is None if no run ever looked at the pair."""

    left: str
    right: str
    weight: float
    parts: list[tuple[str, str, float]]
    decision: str | None
    reason: str | None
    rule: str | None


def customer_of(connection: DuckDBPyConnection, identifier: str) -> tuple[str, str | None]:
    """The customer that an id leads to, and how if it is not the customer's own: a record's id, or one of former times."""
    queries = {
        None: "select customer_id from warehouse.identity.customers where customer_id = $id",
        "a record of": "select customer_id from warehouse.identity.record_customers where record_id = $id",
        "a former id of": "select customer_id from warehouse.identity.customer_redirects where old_customer_id = $id",
    }
    for how, query in queries.items():
        if rows := connection.execute(query, {"id": identifier}).fetchall():
            if rows[0][0] is None:
                raise NotKnown("This customer's records are gone, and the id leads nowhere any more")
            return rows[0][0], how
    raise NotKnown("No customer, former customer or record has this id")


EDGES = """
select left_record_id, right_record_id, match_weight, rule, rule = 'declared'
from warehouse.identity.pairs
where decision = 'match' and (rule = 'declared' or not coalesce({doubted}, false))
    and left_record_id in (select unnest($records)) and right_record_id in (select unnest($records))
order by left_record_id, right_record_id
"""
DECIDED = """
select left_record_id, right_record_id, null, 'must_link', true from warehouse.identity.override_outcomes
where action = 'must_link' and left_record_id in (select unnest($records)) and right_record_id in (select unnest($records))
order by left_record_id, right_record_id
"""
REFUSED = """
select pairs.left_record_id, pairs.right_record_id, pairs.match_weight, pairs.reason, other.customer_id
from warehouse.identity.pairs as pairs
inner join warehouse.identity.record_customers as other
    on other.record_id = case when pairs.left_record_id in (select unnest($records)) then pairs.right_record_id else pairs.left_record_id end
where pairs.decision = 'review' and (pairs.left_record_id in (select unnest($records)) or pairs.right_record_id in (select unnest($records)))
order by pairs.match_weight desc, pairs.left_record_id, pairs.right_record_id
"""


def records_of(connection: DuckDBPyConnection, customer_id: str) -> list[str]:
    query = "select record_id from warehouse.identity.record_customers where customer_id = $id order by record_id"
    return [row[0] for row in connection.execute(query, {"id": customer_id}).fetchall()]


def edges_of(connection: DuckDBPyConnection, records: list[str]) -> list[Edge]:
    """What holds these records together."""
    edges = EDGES.format(doubted=doubted(models.current(settings().data / "identity")))
    return [Edge(*row) for query in (edges, DECIDED) for row in connection.execute(query, {"records": records}).fetchall()]


def refused(connection: DuckDBPyConnection, records: list[str]) -> list[tuple[str, str, float, str, str]]:
    """Pairs with other customers that were likely and joined nothing: both records, weight, reason, the other customer."""
    return connection.execute(REFUSED, {"records": records}).fetchall()


KNOWN = "select match_weight, decision, reason, rule from warehouse.identity.pairs where left_record_id = $left and right_record_id = $right"
CUSTOMERS_AMONG = """
select id from (select unnest($ids) as id)
where id in (select customer_id from warehouse.identity.customers union all select old_customer_id from warehouse.identity.customer_redirects)
order by id
"""
PARTS = "select comparison, level, bits from ({evidence}) where left_record_id = $left and right_record_id = $right"


def pair(connection: DuckDBPyConnection, one: str, other: str) -> Pair:
    """The evidence for and against two records being one person."""
    _refuse_what_is_no_pair(connection, one, other)
    left, right = sorted((one, other))
    values = {"left": left, "right": right}
    rows = connection.execute(KNOWN, values).fetchall()
    if not rows:
        _score(connection, left, right)
    table = "warehouse.identity.pairs" if rows else "one_pair"
    parts = connection.execute(PARTS.format(evidence=EVIDENCE.format(pairs=table)), values).fetchall()
    weight, decision, reason, rule = rows[0] if rows else (sum(bits for _, _, bits in parts), None, None, None)
    return Pair(left, right, weight, parts, decision, reason, rule)


def _refuse_what_is_no_pair(connection: DuckDBPyConnection, one: str, other: str) -> None:
    """A customer has no pair of its own, and nothing can be told from comparing a record with itself."""
    if one == other:
        raise NotKnown("A pair is two records, and this is the same id twice; alone it shows the customer: svod identity explain ID")
    customers = connection.execute(CUSTOMERS_AMONG, {"ids": [one, other]}).fetchall()
    if customers:
        raise NotKnown(f"A pair is two records, and {customers[0][0]} is a customer; its records: svod identity explain {customers[0][0]}")


def _score(connection: DuckDBPyConnection, left: str, right: str) -> None:
    """Makes `one_pair`, as a run would have scored it."""
    folder = settings().data / "identity"
    model = models.current(folder)
    if model is None or not exists(connection, "matching", "people"):
        raise NotKnown("There is no model in use yet: run `svod run` first")
    connection.execute("create or replace temp view people as select * from warehouse.matching.people").fetchall()
    query = "select n, record_id from people where record_id in ($left, $right) order by n"
    found = connection.execute(query, {"left": left, "right": right}).fetchall()
    if len(found) < 2:
        raise NotKnown("No run has seen both of these records; a record's id is <source>:<entity>:<source key>")
    connection.execute("create or replace temp table asked_pair as select 1 as rule, $l as n_l, $r as n_r", {"l": found[0][0], "r": found[1][0]}).fetchall()
    score(connection, model, models.names_file(folder, model), "asked_pair", "scored_pair")
    ids = {"l": min(left, right), "r": max(left, right)}
    connection.execute(
        "create or replace temp table one_pair as select $l as left_record_id, $r as right_record_id, * from " + evident(model, "scored_pair"), ids
    ).fetchall()
