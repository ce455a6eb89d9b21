"""What the data-quality page shows: a query per section, its title and its explanation in both languages.

A section whose tables are not there is left out. Queries return counts and names of columns, never a value that a person gave.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import duckdb


@dataclass(frozen=True)
class Section:
    """A section as written here: texts by language, and the query. With `bar`, that column is drawn as bars too."""

    name: str
    title: dict[str, str]
    explanation: dict[str, str]
    headers: dict[str, tuple[str, ...]]
    query: str
    bar: int | None = None


@dataclass(frozen=True)
class Column:
    title: str
    is_number: bool


@dataclass(frozen=True)
class Shown:
    """A section ready for the page. `rows` pair each cell with its column; `bars` are widths in percent."""

    name: str
    title: str
    explanation: str
    columns: list[Column]
    rows: list[list[tuple[str, Column]]]
    bars: list[int]


SECTIONS = (
    Section(
        "files",
        {"en": "What came in", "ru": "Что пришло"},
        {"en": "Rows of files, in tables, and in quarantine, since the beginning.", "ru": "Строки файлов, в таблицах и в карантине, с самого начала."},
        {
            "en": ("source", "files", "refused", "rows read", "loaded", "quarantined"),
            "ru": ("источник", "файлы", "отклонено", "прочитано строк", "загружено", "в карантине"),
        },
        "select source, count(*), count(*) filter (where status = 'refused'), sum(rows_read), sum(rows_loaded), sum(rows_quarantined) from landing.files group by source order by source",
        bar=4,
    ),
    Section(
        "quarantine",
        {"en": "What was set aside", "ru": "Что отложено"},
        {"en": "Rows in quarantine by reason, with what to do.", "ru": "Строки в карантине по причинам и что с ними делать."},
        {"en": ("source", "reason", "remedy", "rows"), "ru": ("источник", "причина", "что делать", "строк")},
        "select source, reason, remedy, count(*) from landing.quarantine group by all order by count(*) desc, source, reason limit 50",
    ),
    Section(
        "refused",
        {"en": "Refused files", "ru": "Отклонённые файлы"},
        {"en": "Files that could not be read, and what to do.", "ru": "Файлы, которые не удалось прочитать, и что с ними делать."},
        {"en": ("source", "file", "reason", "remedy"), "ru": ("источник", "файл", "причина", "что делать")},
        "select source, file_name, reason, remedy from landing.files where status = 'refused' order by source, file_name limit 100",
    ),
    Section(
        "casts",
        {"en": "Values that could not be read", "ru": "Нечитаемые значения"},
        {
            "en": "Cells of the current records whose text is not of the column's type. The text stays in the raw table.",
            "ru": "Ячейки, текст которых не подходит к типу колонки. Сам текст остаётся в сырой таблице.",
        },
        {"en": ("source", "column", "cells"), "ru": ("источник", "колонка", "ячеек")},
        "select source, column_name, sum(failed_count) from quality.failed_casts where run_at = (select max(run_at) from quality.failed_casts) group by all order by 3 desc, 1, 2",
        bar=2,
    ),
    Section(
        "identity",
        {"en": "Matching, run by run", "ru": "Сопоставление по запускам"},
        {
            "en": "Records that became customers. Precision, recall and F1 of the pairs, where the truth is known.",
            "ru": "Сколько записей стало клиентами. Точность, полнота и F1 пар, если правильный ответ известен.",
        },
        {
            "en": ("run (UTC)", "records", "pairs scored", "matched", "customers", "largest", "precision", "recall", "F1"),
            "ru": ("запуск (UTC)", "записей", "пар оценено", "совпало", "клиентов", "наибольший", "точность", "полнота", "F1"),
        },
        "select strftime(run_at, '%Y-%m-%d %H:%M'), records, pairs_scored, matched_pairs, clusters, largest_cluster, round(precision, 4), round(recall, 4), round(f1, 4) from identity.runs order by run_at desc limit 30",
    ),
    Section(
        "clusters",
        {"en": "Records per customer", "ru": "Записей на клиента"},
        {"en": "How many customers have how many records.", "ru": "У скольких клиентов сколько записей."},
        {"en": ("records", "customers"), "ru": ("записей", "клиентов")},
        "select record_count, count(*) from identity.customers group by record_count order by record_count limit 40",
        bar=1,
    ),
    Section(
        "expectations",
        {"en": "Expectations at the doors", "ru": "Проверки на входе и выходе"},
        {"en": "Tolerances on what arrived and what leaves, in the last run.", "ru": "Допуски на пришедшее и уходящее в последнем запуске."},
        {"en": ("", "suite", "expectation", "observed"), "ru": ("", "набор", "ожидание", "наблюдалось")},
        "select case when passed then '✓' else '✗' end, suite, expectation, cast(observed as varchar) from quality.expectation_results where run_at = (select max(run_at) from quality.expectation_results) order by passed, suite, expectation",
    ),
)

RIGHT_ALIGNED = (int, float, Decimal)


def sections(connection: duckdb.DuckDBPyConnection, language: str) -> Iterator[Shown]:
    """The sections whose tables exist, in order."""
    for section in SECTIONS:
        try:
            rows = connection.execute(section.query).fetchall()
        except duckdb.CatalogException:
            continue
        columns = [Column(title, any(isinstance(row[index], RIGHT_ALIGNED) for row in rows)) for index, title in enumerate(section.headers[language])]
        shown = [[(text(cell), column) for cell, column in zip(row, columns, strict=True)] for row in rows]
        yield Shown(section.name, section.title[language], section.explanation[language], columns, shown, bars(rows, section.bar))


def bars(rows: list[tuple], index: int | None) -> list[int]:
    if index is None or not rows:
        return []
    highest = max(float(row[index] or 0) for row in rows) or 1
    return [round(100 * float(row[index] or 0) / highest) for row in rows]


def text(cell: object) -> str:
    """A cell for people: thousands apart by a thin space, nothing for null."""
    if cell is None:
        return ""
    return f"{cell:,}".replace(",", "\u202f") if isinstance(cell, RIGHT_ALIGNED) and not isinstance(cell, bool) else str(cell)
