"""The two doors as asset checks, and the landing's own balance. A blocking one that fails stops everything after it, so nothing is published."""

from collections.abc import Iterator

import dagster as dg

from orchestration.defs.resources import POOL, RunLock, run_at
from pipelines.warehouse import connect

FILES, CUSTOMERS = ["landing", "files"], ["marts", "customers"]
BLOCKING, WARNING = "what_must_hold", "what_is_unusual"


def _specs(door: str, asset: list[str]) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(f"{door}_{BLOCKING}", asset=asset, blocking=True, description="Tolerances that stop the publication (Great Expectations)"),
        dg.AssetCheckSpec(f"{door}_{WARNING}", asset=asset, description="Tolerances worth a look (Great Expectations)"),
    ]


def verdicts(door: str, asset: list[str], results: list) -> Iterator[dg.AssetCheckResult]:
    """The results of a suite as two checks; every measure is a number that Dagster plots over the runs."""
    for name, severity, chosen in (
        (BLOCKING, dg.AssetCheckSeverity.ERROR, [one for one in results if one.is_blocking]),
        (WARNING, dg.AssetCheckSeverity.WARN, [one for one in results if not one.is_blocking]),
    ):
        numbers = {one.expectation: float(one.observed) for one in chosen if one.observed is not None}
        missed = [f"{one.expectation}: {one.observed} is not within {one.lower_bound} … {one.upper_bound}" for one in chosen if not one.passed]
        metadata = numbers | ({"missed": dg.MetadataValue.md("\n".join(f"- {line}" for line in missed))} if missed else {})
        yield dg.AssetCheckResult(passed=not missed, check_name=f"{door}_{name}", asset_key=asset, severity=severity, metadata=metadata)


@dg.multi_asset_check(name="arrival", specs=_specs("arrival", FILES), pool=POOL)
def arrival(context: dg.AssetCheckExecutionContext, run_lock: RunLock):
    from expectations import arrival as door

    yield from verdicts("arrival", FILES, door.check(run_at(context)))


@dg.multi_asset_check(name="departure", specs=_specs("departure", CUSTOMERS), pool=POOL)
def departure(context: dg.AssetCheckExecutionContext, run_lock: RunLock):
    from expectations import departure as door

    yield from verdicts("departure", CUSTOMERS, door.check(run_at(context)))


@dg.asset_check(
    asset=FILES, blocking=True, pool=POOL, description="Rows read = rows loaded + rows in quarantine + rows erased, counted in the tables themselves"
)
def every_row_is_accounted_for(context: dg.AssetCheckExecutionContext, run_lock: RunLock) -> dg.AssetCheckResult:
    with connect(read_only=True) as connection:
        numbers = balance(connection)
    return dg.AssetCheckResult(passed=numbers["missing"] == 0, metadata=numbers)


def balance(connection) -> dict[str, int]:
    """What the manifest says was read, against what lies in raw and in quarantine. Two files' faults never cancel out: differences are counted per file."""
    tables = connection.execute(
        "select schema_name, table_name from duckdb_columns() where schema_name like 'raw\\_%' escape '\\' and column_name = '_file_id' order by all"
    ).fetchall()
    raw = " union all ".join(f'select \'{schema[4:]}\' as source, _file_id as file_id from "{schema}"."{table}"' for schema, table in tables)
    query = f"""
        with held as (
            select source, file_id, count(*) as rows_held
            from ({raw or "select null as source, null as file_id where false"} union all select source, file_id from landing.quarantine) as every_row
            group by source, file_id
        )
        select coalesce(sum(rows_read), 0), coalesce(sum(rows_loaded), 0), coalesce(sum(rows_quarantined), 0),
            coalesce(sum(rows_erased), 0),
            coalesce(sum(abs(rows_read - coalesce(rows_erased, 0) - coalesce(rows_held, 0))), 0)
        from landing.files left join held using (source, file_id)
        where status = 'loaded'
    """
    values = connection.execute(query).fetchone()
    return dict(zip(("rows_read", "rows_loaded", "rows_quarantined", "rows_erased", "missing"), map(int, values), strict=True))


checks = [arrival, departure, every_row_is_accounted_for]
