"""What the data-quality page shows: a query per section, its title and its explanation in both languages.

A section whose tables are not there is left out. Queries return counts and names of columns, never a value that a person gave.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import duckdb


@dataclass(frozen=True)
class Section:
    """A section as written here: texts by language, and the query. With `bar`, that column is drawn as bars too; each of `lines` as a
    line over the rows, which then are in time, the newest first."""

    name: str
    title: dict[str, str]
    explanation: dict[str, str]
    headers: dict[str, tuple[str, ...]]
    query: str
    bar: int | None = None
    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class Column:
    title: str
    is_number: bool


@dataclass(frozen=True)
class Line:
    """A trend, drawn in a box of LINE_BOX; `lowest` and `highest` are what its ends of the scale stand for."""

    title: str
    points: str
    lowest: str
    highest: str


@dataclass(frozen=True)
class Shown:
    """A section ready for the page. `rows` pair each cell with its column; `bars` are widths in percent."""

    name: str
    title: str
    explanation: str
    columns: list[Column]
    rows: list[list[tuple[str, Column]]]
    bars: list[int]
    lines: list[Line]


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
            "en": "The share of records that turned out to be somebody already known, and F1 of the pairs where the truth or labels are known, both with a 95% confidence interval. A fall of F1 stops the publication.",
            "ru": "Доля записей, оказавшихся уже известными людьми, и F1 пар, если известен правильный ответ или разметка; рядом доверительный интервал 95 %. Падение F1 останавливает публикацию.",
        },
        {
            "en": (
                "run (UTC)",
                "records",
                "customers",
                "largest",
                "in review",
                "matched share",
                "95%",
                "precision",
                "recall",
                "F1",
                "95%",
                "over-merged",
                "under-merged",
            ),
            "ru": (
                "запуск (UTC)",
                "записей",
                "клиентов",
                "наибольший",
                "на проверку",
                "доля совпавших",
                "95 %",
                "точность",
                "полнота",
                "F1",
                "95 %",
                "слито лишнего",
                "не слито",
            ),
        },
        """
        select strftime(run_at, '%Y-%m-%d %H:%M'), records, customers, largest_cluster, review_pairs,
            round(matched_share, 4), printf('%.3f–%.3f', matched_share_lower, matched_share_upper),
            round(precision, 4), round(recall, 4), round(f1, 4), case when f1 is not null then printf('%.3f–%.3f', f1_lower, f1_upper) end, over_merged, under_merged
        from quality.identity_quality order by run_number desc limit 30
        """,
        lines=(5, 9),
    ),
    Section(
        "weights",
        {"en": "Match weights of the pairs", "ru": "Веса пар"},
        {
            "en": "Pairs by evidence, in bits. A good model draws two hills; what lies between them waits for a person.",
            "ru": "Пары по силе свидетельств, в битах. Хорошая модель даёт два холма; то, что между ними, ждёт человека.",
        },
        {"en": ("bits from", "matched", "in review", "apart", "pairs"), "ru": ("бит от", "совпало", "на проверку", "разные", "пар")},
        "select cast(4 * floor(weight_from / 4) as integer), sum(matched), sum(in_review), sum(apart), sum(pairs) from quality.identity_weight_histogram group by 1 order by 1",
        bar=4,
    ),
    Section(
        "clusters",
        {"en": "Records per customer", "ru": "Записей на клиента"},
        {"en": "How many customers have how many records.", "ru": "У скольких клиентов сколько записей."},
        {"en": ("records", "customers"), "ru": ("записей", "клиентов")},
        "select record_count, customers from quality.identity_cluster_sizes order by record_count limit 40",
        bar=1,
    ),
    Section(
        "expectations",
        {"en": "Expectations at the doors", "ru": "Проверки на входе и выходе"},
        {"en": "Tolerances on what arrived and what leaves, in the last run.", "ru": "Допуски на пришедшее и уходящее в последнем запуске."},
        {"en": ("", "suite", "expectation", "observed", "from", "to"), "ru": ("", "набор", "ожидание", "наблюдалось", "от", "до")},
        "select case when passed then '✓' else '✗' end, suite, expectation, round(observed, 4), round(lower_bound, 4), round(upper_bound, 4) from quality.expectation_results where run_at = (select max(run_at) from quality.expectation_results) order by passed, suite, expectation",
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
        shown = [[(text(cell, language), column) for cell, column in zip(row, columns, strict=True)] for row in rows]
        yield Shown(
            section.name,
            section.title[language],
            section.explanation[language],
            columns,
            shown,
            bars(rows, section.bar),
            list(lines(rows, section.lines, columns)),
        )


def bars(rows: list[tuple], index: int | None) -> list[int]:
    if index is None or not rows:
        return []
    highest = max(float(row[index] or 0) for row in rows) or 1
    return [round(100 * float(row[index] or 0) / highest) for row in rows]


LINE_BOX = (300, 48)
# A scale no finer than this, so that noise is not drawn as a mountain.
LEAST_SCALE = 0.02


def lines(rows: list[tuple], indexes: tuple[int, ...], columns: list[Column]) -> Iterator[Line]:
    """The trends of a section, the oldest row left; none where there are not two values yet."""
    width, height = LINE_BOX
    for index in indexes:
        values = [float(row[index]) for row in reversed(rows) if row[index] is not None]
        if len(values) < 2:
            continue
        middle, reach = (min(values) + max(values)) / 2, max(max(values) - min(values), LEAST_SCALE) / 2
        points = (
            f"{place * width / (len(values) - 1):.1f},{height / 2 - (value - middle) / reach * (height / 2 - 2):.1f}" for place, value in enumerate(values)
        )
        yield Line(columns[index].title, " ".join(points), f"{middle - reach:.3f}", f"{middle + reach:.3f}")


INTERVAL = re.compile(r"[0-9]\.[0-9]+–[0-9]\.[0-9]+")


def text(cell: object, language: str = "en") -> str:
    """A cell for people: thousands apart by a thin space, a whole number without its fraction, nothing for null; in Russian with a decimal comma."""
    if cell is None:
        return ""
    if isinstance(cell, RIGHT_ALIGNED) and not isinstance(cell, bool):
        number = int(cell) if cell == int(cell) else cell
        return _decimal(f"{number:,}".replace(",", "\u202f"), language)
    return _decimal(cell, language) if isinstance(cell, str) and INTERVAL.fullmatch(cell) else str(cell)


def _decimal(number: str, language: str) -> str:
    return number.replace(".", ",") if language == "ru" else number
