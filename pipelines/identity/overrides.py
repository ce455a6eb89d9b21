"""What stewards decided: pairs that are one person and pairs that are not, from `seeds/identity_overrides.csv`. Obeyed for ever.

How they bind is in `resolve.py`: a cannot_link prevails over a must_link, and both over what sources declare and what scores say.
"""

from pathlib import Path

from duckdb import DuckDBPyConnection

from pipelines.redaction import Told

ACTIONS = ("must_link", "cannot_link")

LOAD = """
create or replace temp table overrides as
select distinct action, least(left_record_id, right_record_id) as left_record_id, greatest(left_record_id, right_record_id) as right_record_id
from {decisions}
where action in ('must_link', 'cannot_link') and left_record_id <> right_record_id
"""

NONE = "create or replace temp table overrides (action varchar, left_record_id varchar, right_record_id varchar)"

# A must_link is broken if its records ended apart; both can be asked of the result itself.
OUTCOMES = """
create or replace temp table new_override_outcomes as
with

now as (

    select record_id, customer_id from new_record_customers
    union all
    select record_id, customer_id from warehouse.identity.record_customers
    where record_id in (select unnest([left_record_id, right_record_id]) from overrides) and record_id not in (from decided_records)

)

select
    overrides.action, overrides.left_record_id, overrides.right_record_id,
    case
        when l.record_id is null or r.record_id is null then 'waits for a record that is not there'
        when (overrides.action = 'must_link') = (l.customer_id = r.customer_id) then 'obeyed'
        else 'not obeyed: a cannot_link forbids it'
    end as outcome
from overrides
left join now as l on overrides.left_record_id = l.record_id
left join now as r on overrides.right_record_id = r.record_id
order by all
"""


def load(connection: DuckDBPyConnection, file: Path | None = None) -> None:
    """Makes the temporary table `overrides` (action, left_record_id, right_record_id), from `file` or from the seed; empty where that has not been built."""
    if file:
        read = connection.read_csv(str(file), header=True, all_varchar=True, encoding="utf-8")
        if missing := [name for name in ("action", "left_record_id", "right_record_id") if name not in read.columns]:
            raise Told(f"{file.name} lacks the columns {', '.join(missing)}")
        connection.execute(LOAD.format(decisions="read")).fetchall()
        return
    connection.execute(LOAD.format(decisions="warehouse.seeds.identity_overrides") if exists(connection, "seeds", "identity_overrides") else NONE).fetchall()


def exists(connection: DuckDBPyConnection, schema: str, table: str) -> bool:
    """Whether the warehouse has this table or view."""
    query = "select count(*) from information_schema.tables where table_catalog = 'warehouse' and table_schema = $schema and table_name = $table"
    return connection.execute(query, {"schema": schema, "table": table}).fetchall()[0][0] > 0


def outcomes(connection: DuckDBPyConnection) -> None:
    """Makes `new_override_outcomes`: what became of each decision."""
    connection.execute(OUTCOMES).fetchall()
