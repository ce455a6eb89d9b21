"""Charts of a model that open without a network. They show parameters only: no record, no name is in them."""

from pathlib import Path

from duckdb import DuckDBPyConnection

from pipelines.identity.model import Model
from pipelines.identity.score import linker


def save_charts(connection: DuckDBPyConnection, model: Model, folder: Path) -> Path:
    """Writes the match-weight chart of a model and returns where it is; a chart that exists is left as it is."""
    chart = folder / f"match_weights_{model.version}.html"
    if not chart.exists():
        with linker(connection, model) as (splink, _):
            splink.visualisations.match_weights_chart().save_offline_chart(str(chart), overwrite=True, print_msg=False)
    return chart
