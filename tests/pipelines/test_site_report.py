"""The data-quality page: a trend is drawn from the oldest run to the newest, and noise is not drawn as a mountain."""

import duckdb

from pipelines.site.report import Column, lines, sections

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
                0.9 as f1, 0.8 as f1_lower, 1.0 as f1_upper, 0 as over_merged, 0 as under_merged
            from (select unnest([1, 2])::integer as run);
        """)
        for language in ("en", "ru"):
            (shown,) = sections(connection, language)
            assert (shown.name, len(shown.rows), len(shown.lines)) == ("identity", 2, 2)
