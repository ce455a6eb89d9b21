"""How a door is watched: measures taken by DuckDB, judged by Great Expectations, kept per run.

A `Tolerance` is one number and how far it may stray: within fixed bounds, or from the median of the last good runs.
Shapes (keys, types, references) stay out: they are dbt's tests. Only numbers are kept, never a value of anybody.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines.settings import settings
from pipelines.warehouse import connect

RESULTS = """
create table if not exists quality.expectation_results (
    run_at timestamp, suite varchar, expectation varchar, table_name varchar, observed double,
    lower_bound double, upper_bound double, passed boolean, is_blocking boolean
)
"""
RUNS_REMEMBERED, RUNS_NEEDED = 14, 3


@dataclass(frozen=True)
class Tolerance:
    """`measure` is a scalar SQL expression over the warehouse. `drift` is the share it may fall or rise from its usual value."""

    expectation: str
    table_name: str  # schema.table: where the check shows
    measure: str
    least: float | None = None
    most: float | None = None
    fall: float | None = None
    rise: float | None = None
    is_blocking: bool = False


@dataclass(frozen=True)
class Result:
    """What came of one tolerance. A measure that does not exist yet (no rows) is not judged: observed is None."""

    suite: str
    expectation: str
    table_name: str
    observed: float | None
    lower_bound: float | None
    upper_bound: float | None
    passed: bool
    is_blocking: bool


def watch(suite: str, tolerances: Sequence[Tolerance], run_at: datetime) -> list[Result]:
    """Judge every tolerance and keep the results; running it again for the same `run_at` replaces them."""
    usual = usual_values(suite, run_at)
    bounds = [_bounds(tolerance, usual.get(tolerance.expectation)) for tolerance in tolerances]
    results = [
        Result(suite, tolerance.expectation, tolerance.table_name, observed, *bound, passed, tolerance.is_blocking)
        for tolerance, bound, (observed, passed) in zip(tolerances, bounds, _judge(tolerances, bounds), strict=True)
    ]
    _keep(suite, results, run_at)
    return results


def usual_values(suite: str, run_at: datetime) -> dict[str, float]:
    """The median of each measure over the last runs in which it passed, once there are enough of them."""
    with connect() as connection:
        connection.execute("create schema if not exists quality")
        connection.execute(RESULTS)
        query = """
            with earlier as (
                select expectation, observed, row_number() over (partition by expectation order by run_at desc) as age
                from quality.expectation_results
                where suite = ? and run_at < ? and passed and observed is not null
            )
            select expectation, median(observed) from earlier where age <= ? group by expectation having count(*) >= ?
        """
        return dict(connection.execute(query, [suite, run_at, RUNS_REMEMBERED, RUNS_NEEDED]).fetchall())


def _bounds(tolerance: Tolerance, usual: float | None) -> tuple[float | None, float | None]:
    lower, upper = [tolerance.least], [tolerance.most]
    if usual is not None:
        lower += [usual * (1 - tolerance.fall)] if tolerance.fall is not None else []
        upper += [usual * (1 + tolerance.rise)] if tolerance.rise is not None else []
    return max((value for value in lower if value is not None), default=None), min((value for value in upper if value is not None), default=None)


def _judge(tolerances: Sequence[Tolerance], bounds: Sequence[tuple[float | None, float | None]]) -> list[tuple[float | None, bool]]:
    if not tolerances:
        return []
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx  # the slowest import of all

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = gx.data_context.types.base.ProgressBarsConfig(globally=False)
    measures = ", ".join(f"cast(({tolerance.measure}) as double) as m{index}" for index, tolerance in enumerate(tolerances))
    source = context.data_sources.add_sql(
        "warehouse",
        connection_string=f"duckdb:///{settings().warehouse.resolve()}",
        create_temp_table=False,
        # Otherwise SQLAlchemy rolls back, and reads the emptied cursor.
        kwargs={"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True, "connect_args": {"read_only": True}},
    )
    try:
        batch = source.add_query_asset("measures", query=f"select {measures}").add_batch_definition_whole_table("all").get_batch()
        expectations = [
            gx.expectations.ExpectColumnMaxToBeBetween(column=f"m{index}", min_value=lower, max_value=upper) for index, (lower, upper) in enumerate(bounds)
        ]
        suite = gx.ExpectationSuite(name="door", expectations=expectations)
        judged = batch.validate(suite, result_format={"result_format": "SUMMARY", "partial_unexpected_count": 0})
        return _in_order(judged.results)
    finally:
        # An open pool would keep dbt, another process, out of the file.
        source.get_execution_engine().close()
        source.get_engine().dispose()


def _in_order(results) -> list[tuple[float | None, bool]]:
    found = {}
    for result in results:
        if result.exception_info.get("raised_exception"):
            raise RuntimeError(f"measure {result.expectation_config.kwargs['column']} could not be taken")
        observed = result.result.get("observed_value")
        found[int(result.expectation_config.kwargs["column"][1:])] = (observed, observed is None or bool(result.success))
    return [found[index] for index in sorted(found)]


def _keep(suite: str, results: Sequence[Result], run_at: datetime) -> None:
    with connect() as connection:
        connection.begin()
        connection.execute("delete from quality.expectation_results where suite = ? and run_at = ?", [suite, run_at])
        insert = "insert into quality.expectation_results values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        for one in results:
            row = [run_at, suite, one.expectation, one.table_name, one.observed, one.lower_bound, one.upper_bound, one.passed, one.is_blocking]
            connection.execute(insert, row)
        connection.commit()
