"""The data-quality page: a trend is drawn from the oldest run to the newest, and noise is not drawn as a mountain."""

import re
from decimal import Decimal
from html import unescape

import duckdb

from pipelines.settings import PROJECT
from pipelines.site.headline import headline
from pipelines.site.picture import RUSSIAN, WORDS, in_russian
from pipelines.site.report import Column, lines, sections, text

COLUMNS = [Column("run", False), Column("F1", True)]


def points(*newest_first: float | None) -> list[tuple[float, float]]:
    (line,) = lines([("run", value) for value in newest_first], (1,), COLUMNS)
    return [tuple(map(float, point.split(","))) for point in line.points.split()]


def test_a_trend_goes_from_the_oldest_run_to_the_newest_and_up_is_better():
    assert points(0.95, None, 0.90) == [(0, 46), (300, 2)]


def test_a_trend_of_noise_is_almost_flat():
    assert all(abs(y - 24) < 2 for _, y in points(0.9501, 0.9500, 0.9502))


def test_one_run_is_no_trend():
    assert list(lines([("run", 0.9)], (1,), COLUMNS)) == []


def test_the_page_shows_matching_in_both_languages_with_its_trends():
    with duckdb.connect() as connection:
        connection.execute("""
            create schema quality;
            create table quality.identity_quality as
            select run as run_number, timestamp '2026-01-01' + to_days(run) as run_at, 10 as records, 5 as customers, 2 as largest_cluster, 1 as review_pairs,
                0.5 as matched_share, 0.4 as matched_share_lower, 0.6 as matched_share_upper, 0.9 as precision, 0.9 as recall,
                0.9 as f1, 0.8 as f1_lower, 1.0 as f1_upper, 0 as over_merged, 0 as under_merged,
                0.01 as cluster_size_drift, 0.02 as match_weight_drift
            from (select unnest([1, 2])::integer as run);
        """)
        for language in ("en", "ru"):
            (shown,) = sections(connection, language)
            assert (shown.name, len(shown.rows), len(shown.lines)) == ("identity", 2, 4)


def test_numbers_are_written_as_each_language_writes_them():
    cells = [1499.0, 0.0345, 13179, Decimal("1234.50"), "0.965–0.978", "contacts_1.2.csv", None]
    assert [text(cell) for cell in cells] == ["1\u202f499", "0.0345", "13\u202f179", "1\u202f234.50", "0.965–0.978", "contacts_1.2.csv", ""]
    assert [text(cell, "ru") for cell in cells] == ["1\u202f499", "0,0345", "13\u202f179", "1\u202f234,50", "0,965–0,978", "contacts_1.2.csv", ""]


def test_the_picture_of_the_way_has_the_words_of_the_page():
    picture = (PROJECT / "docs" / "way-of-the-data.svg").read_text(encoding="utf-8")
    assert set(RUSSIAN) <= {unescape(words) for words in WORDS.findall(picture)}, "a translation of words that are not there"
    left = {words for words in WORDS.findall(in_russian(picture)) if re.search("[a-z]{3,} [a-z]{3,}", words)}
    assert left == set()


def test_the_headline_says_which_run_it_is_and_leaves_out_what_nobody_knows(data):
    with duckdb.connect() as connection:
        assert headline(connection, "en") == []
        connection.execute("""
            create schema quality;
            create table quality.identity_quality as
            select timestamp '2026-01-01 06:00' as run_at, 2013 as customers, 4983 as records, cast(null as double) as f1, true as is_latest;
            create table quality.expectation_results as
            select * from (values (timestamp '2026-01-01', false), (timestamp '2026-01-02', true), (timestamp '2026-01-02', false)) as results (run_at, passed);
        """)
        assert headline(connection, "en") == [
            ("last run (UTC)", "2026-01-01 06:00"),
            ("customers", "2\u202f013"),
            ("records", "4\u202f983"),
            ("tolerances kept", "1 / 2"),
        ]
        assert [label for label, _ in headline(connection, "ru")] == ["последний запуск (UTC)", "клиентов", "записей", "допусков соблюдено"]
