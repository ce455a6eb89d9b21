"""What stands on the data-quality page: a query per section, its title and its explanation in both languages.

Queries return counts and names of columns, never a value that a person gave. Asking them and drawing is `report`.
"""

from dataclasses import dataclass


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
            "en": "The share of records that turned out to be somebody already known, and F1 of the pairs where the truth or labels are known, both with a 95% confidence interval. A fall of F1 stops the publication. Drift is how far records moved between sizes of customer, and pairs between weights, since the run before (population stability index): above 0.1 it is worth a look.",
            "ru": "Доля записей, оказавшихся уже известными людьми, и F1 пар, если известен правильный ответ или разметка; рядом доверительный интервал 95 %. Падение F1 останавливает публикацию. Сдвиг показывает, насколько с прошлого запуска изменилось распределение клиентов по числу записей и веса пар (индекс стабильности, PSI): больше 0,1 — стоит посмотреть.",
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
                "drift of sizes",
                "drift of weights",
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
                "сдвиг размеров",
                "сдвиг весов",
            ),
        },
        """
        select strftime(run_at, '%Y-%m-%d %H:%M'), records, customers, largest_cluster, review_pairs,
            round(matched_share, 4), printf('%.3f–%.3f', matched_share_lower, matched_share_upper),
            round(precision, 4), round(recall, 4), round(f1, 4), case when f1_lower is not null then printf('%.3f–%.3f', f1_lower, f1_upper) end, over_merged, under_merged,
            round(cluster_size_drift, 4), round(match_weight_drift, 4)
        from quality.identity_quality order by run_number desc limit 30
        """,
        lines=(5, 9, 13, 14),
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
        "golden",
        {"en": "Golden values against the truth", "ru": "Лучшие значения и правда"},
        {
            "en": "Where the truth is known: the share of golden values that are right, of customers that matching got right, and the share among those whose right value some record has.",
            "ru": "Если правда известна: доля верных лучших значений у верно собранных клиентов и доля среди тех, чьё верное значение есть хоть в одной записи.",
        },
        {"en": ("attribute", "values", "right", "right where known"), "ru": ("атрибут", "значений", "верно", "верно, где известно")},
        "select attribute, value_count, round(right_share, 4), round(found_share, 4) from quality.golden_accuracy where run_at = (select max(run_at) from quality.golden_accuracy) order by attribute <> 'all', right_share, attribute",
    ),
    Section(
        "conflicts",
        {"en": "Where sources disagree", "ru": "Где источники расходятся"},
        {
            "en": "Pairs of sources that say different things of the same customers, and who won. The largest first; stages are left out, for each system has its own.",
            "ru": "Пары источников, которые говорят об одних и тех же клиентах разное, и чьё значение взято. Сначала самые частые; стадии не показаны: у каждой системы они свои.",
        },
        {
            "en": ("attribute", "source", "other source", "customers", "conflicts", "won", "won by the other"),
            "ru": ("атрибут", "источник", "другой источник", "клиентов", "расхождений", "взят первый", "взят другой"),
        },
        "select attribute, source, other_source, customer_count, conflict_count, won_count, won_by_other_count from quality.attribute_conflicts where conflict_count > 0 and attribute <> 'lifecycle_stage' order by conflict_count desc, attribute, source, other_source limit 40",
        bar=4,
    ),
    Section(
        "calibration",
        {"en": "Purchases foretold and made", "ru": "Предсказанные и сделанные покупки"},
        {
            "en": "The last third of the purchases was held back from the model: what it foretold of each tenth of the customers, from the least to the most, and what came.",
            "ru": "Последняя треть покупок была скрыта от модели: что она предсказала каждой десятой части клиентов, от меньшего к большему, и что вышло.",
        },
        {
            "en": ("tenth", "days held back", "customers", "foretold per customer", "made per customer"),
            "ru": ("десятая часть", "скрыто дней", "клиентов", "предсказано на клиента", "сделано на клиента"),
        },
        "select decile, holdout_days, customer_count, expected_purchases, actual_purchases from quality.purchase_calibration order by decile",
        bar=4,
    ),
    Section(
        "expectations",
        {"en": "Expectations at the doors", "ru": "Проверки на входе и выходе"},
        {"en": "Tolerances on what arrived and what leaves, in the last run.", "ru": "Допуски на пришедшее и уходящее в последнем запуске."},
        {"en": ("", "suite", "expectation", "observed", "from", "to"), "ru": ("", "набор", "ожидание", "наблюдалось", "от", "до")},
        "select case when passed then '✓' else '✗' end, suite, expectation, round(observed, 4), round(lower_bound, 4), round(upper_bound, 4) from quality.expectation_results where run_at = (select max(run_at) from quality.expectation_results) order by passed, suite, expectation",
    ),
)
