"""What results need to know of the scenarios, as tables that dbt reads: goals, the events that meet them, experiments with their arms.

Made anew by each tick, of every version ever evaluated. A goal's condition is a scenario's own SQL, so it is asked here and not in a model;
counting, comparing and attributing are models (`models/marts/outcomes`).
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from duckdb import DuckDBPyConnection

from pipelines.campaigns import predicates
from pipelines.campaigns.graph import waiting_arms
from pipelines.campaigns.schema import Policy, Scenario
from pipelines.campaigns.tables import MADE_ANEW, SCHEMA, TABLES

HOLDOUT, COMPANY_HOLDOUT = "holdout", "company_holdout"
# Only what somebody who entered did: dbt sees to the moments.
MET = """
insert into communications.goal_events by name
select $scenario as scenario, $version as version, event_id, {value} as value, currency
from input_events as event
where event_name = $event and {where} and customer_id in (
    select redirects.customer_id from communications.entries inner join input_redirects as redirects on entries.customer_id = redirects.old_customer_id
    where entries.scenario = $scenario and entries.version = $version
)
"""


def write(connection: DuckDBPyConnection, policy: Policy) -> None:
    """The inputs of the tick (`inputs.show`) are there already."""
    definitions = connection.execute("select definition from communications.scenarios order by scenario, version").fetchall()
    connection.execute("begin")
    try:
        for table in MADE_ANEW:
            connection.execute(f"create or replace table {SCHEMA}.{table} ({TABLES[table]})")  # what `delete` leaves would stay in the file
        for (text,) in definitions:
            one = Scenario.model_validate_json(text)
            if one.goal:
                _goal(connection, one)
            if arms := [*_splits(one, policy), *_holdouts(one, policy)]:
                connection.executemany(f"insert into {SCHEMA}.experiments values (?, ?, ?, ?, ?, ?, ?)", [[one.scenario, one.version, *arm] for arm in arms])
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def _goal(connection: DuckDBPyConnection, one: Scenario) -> None:
    goal = one.goal
    connection.execute(f"insert into {SCHEMA}.goals values (?, ?, ?, ?)", [one.scenario, one.version, goal.event, int(goal.within.total_seconds())])
    where = predicates.compiled(goal.where, "event", "event") if goal.where else "true"
    query = MET.format(value=predicates.amount(goal.value, "event"), where=where)
    connection.execute(query, {"scenario": one.scenario, "version": one.version, "event": goal.event})


def _splits(one: Scenario, policy: Policy) -> list[tuple]:
    """step, arm, is_control, share, ends_at. Shares are of those who are compared: arms that wait for the winner are not."""
    found = []
    for step in one.steps:
        if not (split := step.split) or not split.experiment:
            continue
        waiting = waiting_arms(one, step)
        arms = {arm: weight for arm, weight in split.arms.items() if arm not in waiting}
        control, total = split.control or next(iter(arms), None), sum(arms.values())
        ends_at = _utc(split.ends, policy) if split.ends else None
        found += [(step.id, arm, arm == control, weight / total, ends_at) for arm, weight in arms.items() if weight]
    return found


def _holdouts(one: Scenario, policy: Policy) -> list[tuple]:
    """Who is held out is compared with all others. The company's share may have been another before, so none is promised of it."""
    found, share = [], one.holdout.share
    if one.purpose == "transactional":
        return []
    if share:
        found += [(HOLDOUT, HOLDOUT, True, share, None), (HOLDOUT, "treated", False, 1 - share, None)]
    if one.holdout.global_ and policy.holdout_share:
        found += [(COMPANY_HOLDOUT, HOLDOUT, True, None, None), (COMPANY_HOLDOUT, "treated", False, None, None)]
    return found


def _utc(moment: datetime, policy: Policy) -> datetime:
    return moment.replace(tzinfo=ZoneInfo(policy.time_zone)).astimezone(UTC).replace(tzinfo=None)
