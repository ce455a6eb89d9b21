"""The first door: what arrives in the raw tables. Volumes against the last runs, quarantine, key columns left empty."""

from datetime import datetime

from expectations.door import Result, Tolerance, watch
from pipelines.sources.registry import presets
from pipelines.warehouse import connect


def check(run_at: datetime) -> list[Result]:
    """Judge what the landing of `run_at` brought."""
    with connect(read_only=True) as connection:
        delivering = {row[0] for row in connection.execute("select distinct source from landing.files where rows_loaded > 0").fetchall()}
    return watch("arrival", tolerances(run_at, delivering), run_at)


def tolerances(run_at: datetime, delivering: set[str]) -> list[Tolerance]:
    """Only sources that ever delivered are watched: the others have nothing to compare with."""
    now = f"landed_at = timestamp '{run_at:%Y-%m-%d %H:%M:%S}'"
    quarantined = "select sum(rows_quarantined) / nullif(sum(rows_read), 0) from landing.files where"
    found = [
        Tolerance("quarantined share of this run's rows", "landing.files", f"{quarantined} {now}", most=0.2, is_blocking=True),
        Tolerance(
            "refused share of this run's files",
            "landing.files",
            f"select avg(case when status = 'refused' then 1.0 else 0.0 end) from landing.files where {now}",
            most=0.5,
        ),
    ]
    for preset in presets().values():
        if preset.name in delivering:
            of_source = f"{now} and source = '{preset.name}'"
            files = f"raw_{preset.name}.{preset.tables[0].name}"
            rows = f"select sum(rows_loaded) from landing.files where {of_source}"
            found += [
                Tolerance(f"{preset.name}: rows that arrived", files, rows, fall=0.7, rise=10),
                Tolerance(f"{preset.name}: quarantined share", files, f"{quarantined} {of_source}", most=0.05),
            ]
            found += [_null_share(preset.name, table.name, column) for table in preset.tables for column in table.required]
    return found


def _null_share(source: str, table: str, column: str) -> Tolerance:
    measure = f'select avg(case when "{column}" is null then 1.0 else 0.0 end) from raw_{source}."{table}"'
    return Tolerance(f"{source}.{table}: empty share of {column}", f"raw_{source}.{table}", measure, most=0.5, rise=1.0)
