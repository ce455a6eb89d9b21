"""The comparisons as functions of DuckDB inside dbt, so that results are ordinary models. Loaded from `profiles.yml`.

They take aggregates, a row per comparison; no customer's row comes here.
"""

from math import isnan

import numpy as np
import pyarrow as pa
from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from pipelines.experiments.compare import Comparison, Moments, compare

NUMBER = "DOUBLE"


def compare_arms(control: pa.Array, arm: pa.Array, alpha: pa.Array, tuned_for: pa.Array) -> pa.Array:
    """`compare` per row: the moments of both arms as lists, alpha, and tuned_for, which is null for an experiment that has ended."""
    rows = [
        compare(_moments(one), _moments(other), level, tuned)._asdict()
        for one, other, level, tuned in zip(*(column.to_pylist() for column in (control, arm, alpha, tuned_for)), strict=True)
    ]
    fields = [pa.field(name, pa.float64()) for name in Comparison._fields]
    return pa.array([{name: None if isnan(value) else value for name, value in row.items()} for row in rows], pa.struct(fields))


def _moments(numbers: list[float | None] | None) -> Moments:
    return Moments(*(number or 0.0 for number in numbers or [0.0, 0.0, 0.0]))


def chi_square_p(statistic: pa.Array, freedom: pa.Array) -> pa.Array:
    """The probability of a statistic at least as large."""
    from scipy.special import chdtrc  # what chi2.sf calls; scipy.stats takes longer to import than most models to build

    with np.errstate(all="ignore"):
        return pa.array(chdtrc(*(column.to_numpy(zero_copy_only=False).astype(float) for column in (freedom, statistic))), from_pandas=True)


def register(connection: DuckDBPyConnection) -> None:
    """Makes both functions known to the connection."""
    result = connection.struct_type(dict.fromkeys(Comparison._fields, NUMBER))
    connection.create_function("compare_arms", compare_arms, [f"{NUMBER}[]"] * 2 + [NUMBER] * 2, result, type="arrow", null_handling="special")
    connection.create_function("chi_square_p", chi_square_p, [NUMBER] * 2, NUMBER, type="arrow", null_handling="special")


class Plugin(BasePlugin):
    """What dbt-duckdb looks for in the module."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        register(conn)
