"""The last door: what would leave in the marts. How many customers, how much was matched, how large the clusters are, from where they come."""

from datetime import datetime

from expectations.door import Result, Tolerance, watch
from pipelines.warehouse import connect

CLUSTERS = "(select count(*) as records from identity.record_customers group by customer_id) as clusters"


def check(run_at: datetime) -> list[Result]:
    """Judge what a publication at `run_at` would show."""
    with connect(read_only=True) as connection:
        sources = [row[0] for row in connection.execute("select distinct split_part(record_id, ':', 1) from identity.record_customers order by 1").fetchall()]
    return watch("departure", tolerances(sources), run_at)


def tolerances(sources: list[str]) -> list[Tolerance]:
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
    return fixed + [_source_share(source, records) for source in sources]


def _no_name() -> str:
    return "given_name is null and family_name is null"


def _source_share(source: str, records: str) -> Tolerance:
    measure = f"(select count(*) from identity.record_customers where split_part(record_id, ':', 1) = '{source}') / nullif(({records}), 0)"
    return Tolerance(f"share of records from {source}", "marts.customers", measure, fall=0.6, rise=1.5)
