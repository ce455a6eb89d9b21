"""Charts of a model that open without a network. They show parameters only: no record, no name is in them."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipelines.identity.model import Model
from pipelines.identity.people import COLUMNS
from pipelines.identity.settings import splink_settings


def save_charts(connection: DuckDBPyConnection, model: Model, folder: Path) -> Path:
    """Writes the match-weight chart of a model and returns where it is; a chart that exists is left as it is."""
    chart = folder / f"match_weights_{model.version}.html"
    if not chart.exists():
        with linker(connection, model) as (splink, _):
            splink.visualisations.match_weights_chart().save_offline_chart(str(chart), overwrite=True, print_msg=False)
    return chart


@contextmanager
def linker(connection: DuckDBPyConnection, model: Model, table: str = "people") -> Iterator[tuple]:
    """A Splink linker over a table of records and its database, whose own tables are gone afterwards."""
    # Slow to import, and seldom needed: a night with little news draws no chart.
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI(connection)
    connection.execute(f"create or replace temp view splink_input as select n, {', '.join(COLUMNS)} from {table}").fetchall()
    try:
        yield Linker(api.register("splink_input"), splink_settings(model.parameters, model.probability), log_level=None, validate_settings=False), api
    finally:
        _drop_leftovers(connection)


def _drop_leftovers(connection: DuckDBPyConnection) -> None:
    """Splink's own clean-up forgets tables that were registered rather than computed."""
    query = "select table_name, table_type from information_schema.tables where starts_with(table_name, '__splink__')"
    tables = connection.execute(query).fetchall()
    for name, kind in tables:
        connection.execute(f"drop {'view' if kind == 'VIEW' else 'table'} if exists {name}").fetchall()
