"""The story of a run on the terminal: of that run and no other, in two languages."""

from datetime import datetime
from io import StringIO

import pytest
from rich.console import Console

from pipelines.run_summary import print_summary
from pipelines.settings import settings
from pipelines.warehouse import connect


@pytest.fixture
def two_runs(data) -> None:
    """A run of the second, and after it one of the first again."""
    settings().data.mkdir(exist_ok=True)
    with connect() as connection:
        connection.execute("""
            create schema quality; create schema identity; create schema marts;
            create table marts.customers as select unnest(range(7)) as customer_id;
            create table identity.runs as
            select * from (values (1, timestamp '2026-01-02 06:00', 12, 0.91), (2, timestamp '2026-01-01 06:00', 10, 0.97)) as runs (run_number, run_at, records, f1);
            create table quality.expectation_results as
            select * from (values
                (timestamp '2026-01-01 06:00', 'arrival', 'rows that arrived', 5e0, null, null, true),
                (timestamp '2026-01-02 06:00', 'arrival', 'rows that arrived', 1e0, 3e0, null, false)
            ) as results (run_at, suite, expectation, observed, lower_bound, upper_bound, passed);
        """)


def told(*run_at: datetime) -> str:
    console = Console(width=120, record=True, file=StringIO())
    print_summary(*run_at, console=console)
    return console.export_text()


def test_the_checks_are_those_of_the_run_and_not_of_a_later_day_that_was_run_before(two_runs):
    first = told(datetime(2026, 1, 1, 6))
    assert "Customers: 7 from records: 10" in first and "0.9700" in first
    assert "Checks of tolerances passed: 1 of 1" in first and "rows that arrived" not in first
    assert "Checks of tolerances passed: 0 of 1" in told(datetime(2026, 1, 2, 6)) and "rows that arrived: 1 (3 … )" in told()


def test_a_run_in_which_nothing_changed_tells_of_the_last_that_did(two_runs):
    assert "Checks of tolerances passed: 0 of 1" in told(datetime(2026, 1, 2, 23))


def test_the_summary_is_told_in_russian_where_asked(two_runs, monkeypatch):
    monkeypatch.setenv("SVOD_LANGUAGE", "ru")
    assert "Клиентов: 7 из записей: 10" in told() and "Проверок отклонений пройдено: 0 из 1" in told()


def test_a_segment_that_jumped_is_named_with_its_sizes_and_one_that_did_not_is_not(two_runs):
    assert "at one stroke" not in told()
    with connect() as connection:
        connection.execute("""
            create schema segments;
            create table segments.segment_sizes as
            select * from (values ('new_customers', 40, 100, true, true), ('active_customers', 40, 41, false, true), ('lost_customers', 40, 100, true, false))
            as sizes (segment, members_before_count, members_count, is_jump, is_latest)
        """)
    assert "Segments that changed at one stroke: new_customers 40 → 100\n" in told()
