"""The purchase models as functions of DuckDB inside dbt, so that fitting and scoring are ordinary models. Loaded from `profiles.yml`.

A fit takes one list per column of the whole company, scoring takes distinct kinds of customers; both return a struct, nulls where nothing is known.
"""

import numpy as np
import pyarrow as pa
from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from pipelines.traits import order_value, repeat_purchases
from pipelines.traits.order_value import Values
from pipelines.traits.repeat_purchases import Rates

WEEK = 7.0
NUMBERS, NUMBER = "DOUBLE[]", "DOUBLE"


def fit_purchase_rates(frequency: pa.Array, recency_days: pa.Array, age_days: pa.Array, customers: pa.Array) -> pa.Array:
    """`repeat_purchases.fit` per row of lists; time in weeks, as the literature has it."""
    columns = zip(*(column.to_pylist() for column in (frequency, recency_days, age_days, customers)), strict=True)
    return _structs([repeat_purchases.fit(x or [], np.array(tx or []) / WEEK, np.array(t or []) / WEEK, n or []) for x, tx, t, n in columns], Rates)


def fit_order_values(frequency: pa.Array, mean_amount: pa.Array) -> pa.Array:
    """`order_value.fit` per row of lists."""
    return _structs([order_value.fit(x or [], m or []) for x, m in zip(frequency.to_pylist(), mean_amount.to_pylist(), strict=True)], Values)


def score_purchases(x: pa.Array, tx: pa.Array, t: pa.Array, horizon: pa.Array, r: pa.Array, alpha: pa.Array, a: pa.Array, b: pa.Array) -> pa.Array:
    """Of frequency, recency, age and horizon in days, and the rates: alive_probability, expected_purchases, no_purchase_probability."""
    x, tx, t, horizon, *parameters = (column.to_numpy(zero_copy_only=False).astype(float) for column in (x, tx, t, horizon, r, alpha, a, b))
    rates, weeks = Rates(*parameters), (tx / WEEK, t / WEEK)
    with np.errstate(all="ignore"):
        found = (
            repeat_purchases.alive(rates, x, *weeks),
            _each(rates, x, *weeks, horizon / WEEK),
            repeat_purchases.none_in(rates, x, *weeks, horizon / WEEK),
        )
    names = ("alive_probability", "expected_purchases", "no_purchase_probability")
    return pa.StructArray.from_arrays([pa.array(np.round(column, 6), from_pandas=True) for column in found], names=list(names))


def _each(rates: Rates, x, tx, t, horizon):
    """`expected`, whose formula wants plain numbers for parameters: once per set of them."""
    result = np.full(len(x), np.nan)
    sets = np.stack(rates[:4], axis=1)
    for chosen in np.unique(sets[~np.isnan(sets).any(axis=1)], axis=0):
        rows = (sets == chosen).all(axis=1)
        result[rows] = repeat_purchases.expected(Rates(*chosen), x[rows], tx[rows], t[rows], horizon[rows])
    return result


def _structs(rows: list[tuple], kind: type) -> pa.Array:
    fields = [pa.field(name, pa.string() if name == "problem" else pa.float64()) for name in kind._fields]
    return pa.array([row._asdict() for row in rows], pa.struct(fields))


def register(connection: DuckDBPyConnection) -> None:
    """Makes the three functions known to the connection."""

    def struct(*names: str):
        return connection.struct_type({name: "VARCHAR" if name == "problem" else NUMBER for name in names})

    scores = struct("alive_probability", "expected_purchases", "no_purchase_probability")
    for name, function, kinds, result in (
        ("fit_purchase_rates", fit_purchase_rates, [NUMBERS] * 4, struct(*Rates._fields)),
        ("fit_order_values", fit_order_values, [NUMBERS] * 2, struct(*Values._fields)),
        ("score_purchases", score_purchases, [NUMBER] * 8, scores),
    ):
        connection.create_function(name, function, kinds, result, type="arrow", null_handling="special")


class Plugin(BasePlugin):
    """What dbt-duckdb looks for in the module."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        register(conn)
