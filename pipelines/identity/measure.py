"""How good the clusters are against known truth, which is optional, and how good the evidence is against what stewards decided.

Figures are those of the field: pairwise precision, recall and F1; B-cubed (Bagga and Baldwin 1998); clusters that are exactly right.
"""

from dataclasses import dataclass
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipelines.files import quoted

# Counted by groups, never by pairs: n records of one customer make n(n-1)/2 pairs. Each record carries half of its pairs.
# A record of the truth that no customer holds is a customer of its own: what was lost on the way is counted against us.
QUALITY = """
with

labelled as (

    select truth.record_id, truth.person_id, coalesce(assigned.customer_id, truth.record_id) as customer_id
    from read_parquet('{truth}') as truth
    left join {table} as assigned on truth.record_id = assigned.record_id

),

sized as (

    select
        *,
        count(*) over (partition by person_id) as in_person,
        count(*) over (partition by customer_id) as in_customer,
        count(*) over (partition by person_id, customer_id) as in_both
    from labelled

),

people as (

    select
        person_id,
        sum(in_both - 1) / 2 as hits,
        sum(in_customer - 1) / 2 as found,
        sum(in_person - 1) / 2 as actual,
        sum(in_both / in_customer) as bcubed_precision,
        sum(in_both / in_person) as bcubed_recall,
        count(*) as records,
        max(case when in_both = in_person and in_both = in_customer then 1 else 0 end) as is_exact,
        count(distinct customer_id) as customers
    from sized
    group by person_id

),

totals as (

    select
        sum(hits) as hits, sum(found) as found, sum(actual) as actual, sum(records) as records, count(*) as people, sum(is_exact) as exact,
        sum(bcubed_precision) / sum(records) as bcubed_precision, sum(bcubed_recall) / sum(records) as bcubed_recall,
        sum(case when customers > 1 then 1 else 0 end) as under_merged
    from people

),

customers as (

    select count(*) as customers, count(*) filter (where people > 1) as over_merged
    from (select customer_id, count(distinct person_id) as people from sized group by customer_id) as held

),

-- Ratio estimator over people, by linearization (Cochran, Sampling Techniques, 1977, 6.3): pairs of one person are not independent.
-- Those with pairs are counted, by n / (n - 1): of one person alone nothing can be told about others, and the error is null.
errors as (

    select
        sqrt(sum(power(people.hits - totals.hits / nullif(totals.found, 0) * people.found, 2)) * {of_found}) / nullif(max(totals.found), 0) as of_precision,
        sqrt(sum(power(people.hits - totals.hits / nullif(totals.actual, 0) * people.actual, 2)) * {of_actual}) / nullif(max(totals.actual), 0) as of_recall,
        sqrt(sum(power(2 * people.hits - 2 * totals.hits / nullif(totals.found + totals.actual, 0) * (people.found + people.actual), 2)) * {of_either})
        / nullif(max(totals.found + totals.actual), 0) as of_f1
    from people cross join totals

)

select
    totals.records, totals.people, customers.customers,
    case when found > 0 then hits / found when actual = 0 then 1 end, case when actual > 0 then hits / actual end,
    case when found + actual > 0 then 2 * hits / (found + actual) end,
    errors.of_precision, errors.of_recall, errors.of_f1,
    totals.bcubed_precision, totals.bcubed_recall,
    2 * totals.bcubed_precision * totals.bcubed_recall / (totals.bcubed_precision + totals.bcubed_recall),
    totals.exact / totals.people, customers.over_merged, totals.under_merged
from totals cross join customers cross join errors
"""

FEW = "(count(*) filter (where {pairs} > 0) / nullif(count(*) filter (where {pairs} > 0) - 1, 0))"
CORRECTIONS = {
    name: FEW.format(pairs=pairs)
    for name, pairs in (("of_found", "people.found"), ("of_actual", "people.actual"), ("of_either", "people.found + people.actual"))
}


@dataclass(frozen=True)
class Quality:
    """Figures against truth, 0..1; `*_error` is one standard error. None where there is nothing to divide by, an error also where only one person has pairs."""

    records: int
    people: int
    customers: int
    precision: float | None
    recall: float | None
    f1: float | None
    precision_error: float | None
    recall_error: float | None
    f1_error: float | None
    bcubed_precision: float
    bcubed_recall: float
    bcubed_f1: float
    exact_share: float
    over_merged: int
    under_merged: int


# Decisions bind, so that clusters always agree with them. What is asked is what the evidence of the two alone says.
LABELLED = """
update warehouse.identity.override_outcomes as outcomes
set is_evident = (outcomes.action = 'must_link') = decided.is_joined
from (
    select overrides.*, coalesce(pairs.match_weight >= $threshold, false) as is_joined
    from overrides
    inner join warehouse.matching.people as l on overrides.left_record_id = l.record_id
    inner join warehouse.matching.people as r on overrides.right_record_id = r.record_id
    left join warehouse.matching.pairs as pairs on least(l.n, r.n) = pairs.n_l and greatest(l.n, r.n) = pairs.n_r
) as decided
where outcomes.action = decided.action and outcomes.left_record_id = decided.left_record_id and outcomes.right_record_id = decided.right_record_id
"""
LABELS = """
select
    count(*) filter (where action = 'must_link') as must_links,
    count(*) filter (where action = 'must_link' and is_evident) as must_links_found,
    count(*) filter (where action = 'cannot_link') as cannot_links,
    count(*) filter (where action = 'cannot_link' and not is_evident) as cannot_links_joined
from warehouse.identity.override_outcomes
where is_evident is not null
"""


def labels(connection: DuckDBPyConnection, threshold: float) -> dict[str, int]:
    """Notes of each decision whose records are there whether their pair's weight says the same, and counts; the threshold is in bits."""
    connection.execute(LABELLED, {"threshold": threshold}).fetchall()
    found = connection.execute(LABELS)
    return dict(zip([column[0] for column in found.description], found.fetchall()[0], strict=True))


def quality(connection: DuckDBPyConnection, truth: Path, table: str = "new_record_customers") -> Quality | None:
    """How `table` (record_id, customer_id) compares with the Parquet file `truth` (record_id, person_id); None without truth."""
    if not truth.exists():
        return None
    row = connection.execute(QUALITY.format(table=table, truth=quoted(truth), **CORRECTIONS)).fetchall()[0]
    return Quality(*row) if row[0] else None
