"""The figures above the report: which run it is of, and how that one went."""

import duckdb

from pipelines.publish import current
from pipelines.site.report import text

LABELS = {
    "en": ("last run (UTC)", "customers", "records", "F1", "tolerances kept", "readers see version"),
    "ru": ("последний запуск (UTC)", "клиентов", "записей", "F1", "допусков соблюдено", "читатели видят версию"),
}
MATCHING = "select strftime(run_at, '%Y-%m-%d %H:%M'), customers, records, round(f1, 4) from quality.identity_quality where is_latest"
KEPT = "select count(*) filter (where passed), count(*) from quality.expectation_results where run_at = (select max(run_at) from quality.expectation_results)"


def headline(connection: duckdb.DuckDBPyConnection, language: str) -> list[tuple[str, str]]:
    """Label and figure; what a run has not got to yet, or nobody knows, is left out."""
    kept = [f"{passed} / {all_of_them}" for passed, all_of_them in _rows(connection, KEPT) if all_of_them]
    matching = _rows(connection, MATCHING) or [(None,) * 4]
    version = current()
    figures = (*matching[0], kept[0] if kept else None, version.version if version else None)
    return [(label, text(figure, language)) for label, figure in zip(LABELS[language], figures, strict=True) if figure is not None]


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple]:
    try:
        return connection.execute(query).fetchall()
    except duckdb.CatalogException:
        return []
