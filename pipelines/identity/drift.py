"""How far matching moved from one run to the next, without labels: the drift of its two distributions under one model.

What is compared are records by the size of their customer, and pairs by match weight. How far is too far is `expectations/departure.py`.
"""

from math import fsum, log

from duckdb import DuckDBPyConnection

from pipelines.identity.model import Model

# Cells are named by their smallest value. Customers are weighed by their records: one that swallows hundreds is a single customer
# among thousands. Four bits are what the site draws; beyond 40, odds of a million millions, nothing is decided any more.
# First counted, then put into cells: that is half the time, for there are millions of pairs.
DISTRIBUTIONS = {
    "cluster_size_drift": """
        select case when size <= 5 then size when size <= 10 then 6 when size <= 20 then 11 else 21 end, sum(size * customers)
        from (select record_count as size, count(*) as customers from warehouse.identity.customers group by record_count)
        group by 1
    """,
    "match_weight_drift": """
        select 4 * greatest(-10, least(weight, 10)), sum(pairs)
        from (select floor(match_weight / 4) as weight, count(*) as pairs from warehouse.matching.pairs where match_weight is not null group by 1)
        group by 1
    """,
}
LAST_MODEL = "select model_version from warehouse.identity.runs order by run_number desc limit 1"

Distribution = dict[int, int]


def distributions(connection: DuckDBPyConnection) -> dict[str, Distribution]:
    """The distributions as the warehouse has them."""
    return {name: {int(cell): int(count) for cell, count in connection.execute(query).fetchall()} for name, query in DISTRIBUTIONS.items()}


def comparable(connection: DuckDBPyConnection, model: Model) -> dict[str, Distribution]:
    """Those that the run before left, to be asked before they are replaced. None if it scored with another model: then it is the model that moved."""
    return distributions(connection) if connection.execute(LAST_MODEL).fetchall() == [(model.version,)] else {}


def drift(before: dict[str, Distribution], now: dict[str, Distribution]) -> dict[str, float | None]:
    """How far each distribution moved; None where there is nothing to compare with, as in a first run."""
    return {name: stability_index(before.get(name, {}), found) for name, found in now.items()}


def stability_index(before: Distribution, now: Distribution) -> float | None:
    """The population stability index, the sum over cells of (p - q) ln(p / q) with the shares p now and q before; 0 is no change.

    N. Siddiqi, Credit Risk Scorecards, 2006, where 0.1 is a slight change and 0.25 a shift; it is the divergence J of
    S. Kullback and R. Leibler, On Information and Sufficiency, 1951. A cell that is empty on one side would make it infinite: half an item
    is added to each cell (Jeffreys' prior), so that one new item in a new cell weighs next to nothing. Cells empty on both sides are none.
    """
    cells = sorted(before.keys() | now.keys())
    if not before or not now:
        return None
    p, q = ([(counts.get(cell, 0) + 0.5) / (sum(counts.values()) + 0.5 * len(cells)) for cell in cells] for counts in (now, before))
    return round(fsum((a - b) * log(a / b) for a, b in zip(p, q, strict=True)), 6)
