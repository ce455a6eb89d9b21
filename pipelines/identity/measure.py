"""How good the clusters are against known truth, and how many pairs came to what. Truth is optional: only the demo company has it."""

from pathlib import Path

from duckdb import DuckDBPyConnection

# Counted by groups, never by pairs: n records of one customer make n(n-1)/2 pairs.
QUALITY = """
with

labelled as (

    select assigned.customer_id, truth.person_id
    from {table} as assigned
    inner join read_parquet('{truth}') as truth on assigned.record_id = truth.record_id

),

found as (select sum(n * (n - 1) / 2) as pairs from (select count(*) as n from labelled group by customer_id) as groups),

actual as (select sum(n * (n - 1) / 2) as pairs from (select count(*) as n from labelled group by person_id) as groups),

both_ways as (select sum(n * (n - 1) / 2) as pairs from (select count(*) as n from labelled group by customer_id, person_id) as groups)

select both_ways.pairs / nullif(found.pairs, 0), both_ways.pairs / nullif(actual.pairs, 0) from found, actual, both_ways
"""


def quality(connection: DuckDBPyConnection, truth: Path, table: str = "new_record_customers") -> tuple[float | None, float | None, float | None]:
    """Pairwise precision, recall and F1; all None without truth."""
    if not truth.exists():
        return None, None, None
    precision, recall = connection.execute(QUALITY.format(table=table, truth=truth)).fetchall()[0]
    if not precision or not recall:
        return precision, recall, None
    return precision, recall, 2 * precision * recall / (precision + recall)
