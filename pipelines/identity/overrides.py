"""What stewards decided: pairs that are one person and pairs that are not, from `seeds/identity_overrides.csv`. Obeyed for ever.

How they bind is in `resolve.py`: a cannot_link prevails over a must_link, and both over what sources declare and what scores say.
"""

import csv
import io
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipelines.redaction import Told

ACTIONS = ("must_link", "cannot_link")
COLUMNS = ("action", "left_record_id", "right_record_id")

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
UNMET = "select action, left_record_id, right_record_id, outcome from {outcomes} where outcome <> 'obeyed' order by outcome, left_record_id, right_record_id"
# What `OUTCOMES` reads of a run that decided something, for one that had nothing to decide.
NOTHING_DECIDED = (
    "create or replace temp table new_record_customers as select record_id, customer_id from warehouse.identity.record_customers where false",
    "create or replace temp table decided_records as select record_id from warehouse.identity.record_customers where false",
)


class WrongDecisions(Told):
    """A line of a list of decisions cannot be obeyed: which one, and why."""


def load(connection: DuckDBPyConnection, file: Path | None = None) -> None:
    """Makes the temporary table `overrides` (action, left_record_id, right_record_id), from `file` or from the seed; empty where that has not been built."""
    if file:
        found = lines(file)[1]
        columns = ", ".join(f"unnest(cast(${column} as varchar[])) as {column}" for column in COLUMNS)
        connection.execute(
            f"create or replace temp table said as select {columns}", {column: [line[column] for line in found] for column in COLUMNS}
        ).fetchall()
        connection.execute(LOAD.format(decisions="said")).fetchall()
        return
    connection.execute(LOAD.format(decisions="warehouse.seeds.identity_overrides") if exists(connection, "seeds", "identity_overrides") else NONE).fetchall()


def lines(file: Path) -> tuple[list[str], list[dict[str, str]]]:
    """The header and the lines of a list of decisions, as dbt reads it: UTF-8, commas. Raises for the first line that says nothing that can be obeyed."""
    try:
        reader = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig")))
        header = list(reader.fieldnames or ())
        if missing := [column for column in COLUMNS if column not in header]:
            raise WrongDecisions(f"{file.name}, line 1: there must be columns {', '.join(missing)}, set apart by commas")
        found = []
        for line in reader:
            if problem := _problem(line, len(header)):
                raise WrongDecisions(f"{file.name}, line {reader.line_num}: {problem}")
            found.append(line)
    except (UnicodeDecodeError, csv.Error):
        raise WrongDecisions(f"{file.name} cannot be read: save it as CSV in UTF-8, cells set apart by commas") from None
    return header, found


def _problem(line: dict, cells: int) -> str | None:
    """Why a line cannot be obeyed; None if it can. Whether its records are there is not asked: they may be yet to come."""
    if None in line or None in line.values():
        return f"there must be {cells} cells"
    if line["action"] not in ACTIONS:
        return f"an action is one of {', '.join(ACTIONS)}"
    records = line["left_record_id"], line["right_record_id"]
    if "" in records or any(record != record.strip() for record in records):
        return "both records must be named by their ids, without spaces around them"
    return "a record is always itself: name two" if records[0] == records[1] else None


def exists(connection: DuckDBPyConnection, schema: str, table: str) -> bool:
    """Whether the warehouse has this table or view."""
    query = "select count(*) from information_schema.tables where table_catalog = 'warehouse' and table_schema = $schema and table_name = $table"
    return connection.execute(query, {"schema": schema, "table": table}).fetchall()[0][0] > 0


def unmet(connection: DuckDBPyConnection, table: str) -> list[tuple[str, str, str, str]]:
    """Of a table of outcomes the decisions that come to nothing: action, both records, why."""
    return connection.execute(UNMET.format(outcomes=table)).fetchall()


def outcomes(connection: DuckDBPyConnection) -> None:
    """Makes `new_override_outcomes`: what became of each decision."""
    connection.execute(OUTCOMES).fetchall()
