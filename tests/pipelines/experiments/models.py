"""The models of experiments run over made-up tables in memory: their own SQL, with names of tables for `ref` and `source`."""

from pathlib import Path

import duckdb
import jinja2
import yaml

from pipelines.experiments import functions
from pipelines.settings import PROJECT

FOLDERS = (PROJECT / "models/marts/outcomes", PROJECT / "models/marts")
IN_ORDER = ("experiment_assignments", "experiment_outcomes", "experiment_arms", "experiment_comparisons", "experiment_results")
GIVEN = {
    "communications_experiments": "scenario varchar, version int, step varchar, arm varchar, is_control boolean, share double, ends_at timestamp",
    "communications_goals": "scenario varchar, version int, event_name varchar, within_seconds bigint",
    "communications_transitions": "entry_id varchar, step varchar, arm varchar, left_at timestamp",
    "passes": "entry_id varchar, scenario varchar, version int, customer_id varchar, holdout varchar, entered_at timestamp, goal_until timestamp",
    "met_goals": "scenario varchar, version int, event_id varchar, customer_id varchar, value decimal(18, 2), currency varchar, occurred_at timestamp",
}


def opened() -> duckdb.DuckDBPyConnection:
    """A database with the tables that the models read, empty, and the functions that they call."""
    connection = duckdb.connect(config={"threads": "2"})
    functions.register(connection)
    for name, columns in GIVEN.items():
        connection.execute(f"create table {name} ({columns})")
    return connection


def build(connection: duckdb.DuckDBPyConnection, run_at: str) -> None:
    """The models as of this moment."""
    variables = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"] | {"run_at": run_at}
    for name in IN_ORDER:
        text = next(path for folder in FOLDERS if (path := Path(folder, f"{name}.sql")).exists()).read_text()
        connection.execute(f"create or replace table {name} as {rendered(text, variables)}")


def rendered(text: str, variables: dict) -> str:
    macros = "".join((PROJECT / "macros" / name).read_text() for name in ("run_at.sql",))
    environment = jinja2.Environment()
    environment.globals |= {"var": variables.__getitem__, "ref": lambda name: name, "source": lambda schema, table: f"{schema}_{table}"}
    return environment.from_string(macros + text).render().replace(" as string)", " as varchar)")
