"""The doors: a number that strays is caught, one that does not is let through, and nothing of anybody is kept."""

import subprocess
import sys
from datetime import datetime, timedelta

import duckdb
import pytest

from expectations import arrival, departure
from expectations.door import Tolerance, watch
from pipelines.fingerprint import Fingerprint
from pipelines.publish import current, publish
from pipelines.settings import settings

DAY = datetime(2026, 1, 1, 5)


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("SVOD_DATA", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def say(*statements: str) -> None:
    with duckdb.connect(str(settings().warehouse)) as connection:
        for statement in statements:
            connection.execute(statement)


def company(customers: int, records_each: int = 2) -> None:
    say(
        "create schema if not exists identity",
        "create schema if not exists marts",
        f"""create or replace table identity.record_customers as
        select 'hubspot:contact:' || person || '-' || record as record_id, 'c_' || person as customer_id
        from range({customers}) as people (person), range({records_each}) as records (record)""",
        "create or replace table marts.customers as select distinct customer_id, 'Anna' as given_name, 'Whitfield' as family_name from identity.record_customers",
    )
    matched(f1=None, share=0.5)


def matched(
    f1: float | None, share: float, drift: float | None = None, items: int = 10_000, *, day: int = 0, threshold: float = 0.9, model: str = "m1"
) -> None:
    say(
        """create table if not exists identity.runs
        (run_number bigint, run_at timestamp, threshold double, model_version varchar, f1 double, matched_share double, records bigint, pairs_scored bigint, cluster_size_drift double, match_weight_drift double)""",
        f"insert into identity.runs select count(*) + 1, timestamp '{DAY + timedelta(days=day)}', {threshold}, '{model}', {f1 or 'null'}, {share}, {items}, {items}, {drift or 'null'}, {drift or 'null'} from identity.runs",
    )


def labelled(right: int, wrong: int, new_and_wrong: int = 0) -> None:
    """Decisions of stewards, by what the evidence says of them."""
    say(f"""
        create or replace table identity.override_outcomes as
        select 'must_link' as action, 'crm:contact:' || label as left_record_id, 'shop:customer:' || label as right_record_id, label < {right} as is_evident
        from range({right + wrong + new_and_wrong}) as labels (label)
    """)


def publish_what_is_there() -> None:
    say("create table if not exists identity.override_outcomes (action varchar, left_record_id varchar, right_record_id varchar, is_evident boolean)")
    say(
        "create schema if not exists quality",
        "create or replace table quality.identity_labels as from identity.override_outcomes",
        "create schema if not exists quality",
        "create or replace table quality.identity_quality as select threshold, model_version, f1, matched_share, true as is_latest from identity.runs order by run_number desc limit 1",
        """create or replace table quality.identity_cluster_sizes as
        select record_count, sum(record_count) as records
        from (select count(*) as record_count from identity.record_customers group by customer_id) group by record_count""",
    )
    publish(DAY, Fingerprint("files", "code", "date"))


def stopped(day: int) -> set[str]:
    return failed(result for result in departure.check(DAY + timedelta(days=day)) if result.is_blocking)


def failed(results) -> set[str]:
    return {result.expectation for result in results if not result.passed}


def test_a_number_outside_its_bounds_fails_and_one_inside_passes(data):
    say("create table numbers as select 7 as n")
    tolerances = [
        Tolerance("inside", "main.numbers", "select max(n) from numbers", most=7),
        Tolerance("outside", "main.numbers", "select max(n) from numbers", most=6),
    ]
    assert [(one.observed, one.passed) for one in watch("test", tolerances, DAY)] == [(7.0, True), (7.0, False)]


def test_a_measure_of_no_rows_is_not_judged(data):
    say("create table numbers (n integer)")
    (result,) = watch("test", [Tolerance("nothing", "main.numbers", "select max(n) from numbers", least=1)], DAY)
    assert (result.observed, result.passed) == (None, True)


def test_half_of_the_customers_gone_overnight_is_caught_and_a_usual_day_is_not(data):
    for day, customers in enumerate([100, 102, 101]):
        company(customers)
        assert failed(departure.check(DAY + timedelta(days=day))) == set()
    company(104)
    assert failed(departure.check(DAY + timedelta(days=3))) == set()
    company(50)
    assert "customers" in failed(result for result in departure.check(DAY + timedelta(days=4)) if result.is_blocking)


def test_a_run_that_failed_does_not_become_the_new_usual(data):
    for day, customers in enumerate([100, 100, 100, 40, 40, 40]):
        company(customers)
        results = departure.check(DAY + timedelta(days=day))
    assert "customers" in failed(results)


def test_a_cluster_that_swallows_everybody_is_caught(data):
    company(2, records_each=600)
    assert "records of the largest cluster" in failed(result for result in departure.check(DAY) if result.is_blocking)


def test_matching_that_is_worse_than_what_readers_have_stops_the_publication(data):
    company(50)
    matched(f1=0.95, share=0.5)
    assert stopped(0) == set()
    publish_what_is_there()
    matched(f1=0.94, share=0.2)
    assert stopped(1) == set()
    matched(f1=0.92, share=0.5)
    assert stopped(2) == {"F1 of matching, change since the publication"}
    # What was not published is no measure for the next run.
    assert stopped(3) == {"F1 of matching, change since the publication"}


def test_without_truth_a_jump_of_the_matched_share_or_of_large_clusters_stops_the_publication(data):
    company(50)
    publish_what_is_there()
    matched(f1=None, share=0.53)
    assert stopped(1) == set()
    matched(f1=None, share=0.6)
    assert stopped(2) == {"matched share, change since the publication, without truth"}
    company(50)
    say("insert into identity.record_customers select 'hubspot:contact:glued-' || record, 'c_0' from range(30) as records (record)")
    assert stopped(3) == {"records in large clusters, change since the publication, without truth"}


ACCURACY = "accuracy against stewards' labels, change since the publication"


def test_evidence_that_says_less_of_what_stewards_said_than_before_stops_the_publication(data):
    company(50)
    labelled(right=95, wrong=5)
    assert stopped(0) == set()
    publish_what_is_there()
    labelled(right=91, wrong=9)
    assert stopped(1) == set()
    labelled(right=89, wrong=11)
    assert stopped(2) == stopped(3) == {ACCURACY}


def test_few_labels_stop_nothing_and_neither_do_new_decisions_about_what_matching_got_wrong(data):
    company(50)
    labelled(right=10, wrong=0)
    publish_what_is_there()
    labelled(right=5, wrong=5)
    assert stopped(1) == set()
    labelled(right=10, wrong=0, new_and_wrong=40)
    assert stopped(2) == set()
    labelled(right=4, wrong=6)
    assert stopped(3) == {ACCURACY}


@pytest.mark.parametrize("changed", [{"threshold": 0.95}, {"model": "m2"}])
def test_labels_that_another_threshold_or_model_turns_stop_nothing_until_it_is_published(data, changed):
    company(50)
    labelled(right=95, wrong=5)
    publish_what_is_there()
    matched(f1=None, share=0.5, **changed)
    labelled(right=80, wrong=20)
    assert stopped(1) == set()
    publish_what_is_there()
    labelled(right=60, wrong=40)
    assert stopped(2) == {ACCURACY}


def test_a_version_that_was_published_before_its_threshold_was_in_it_stops_nothing(data):
    company(50)
    labelled(right=95, wrong=5)
    publish_what_is_there()
    with duckdb.connect(str(settings().published / current().full)) as connection:
        connection.execute("alter table quality.identity_quality drop column threshold")
    labelled(right=60, wrong=40)
    assert stopped(1) == set()


def test_a_version_that_was_published_before_there_were_labels_stops_nothing(data):
    company(50)
    publish_what_is_there()
    with duckdb.connect(str(settings().published / current().full)) as connection:
        connection.execute("drop table quality.identity_labels")
    labelled(right=0, wrong=10)
    assert stopped(1) == set()


def test_a_drift_of_the_distributions_warns_and_stops_nothing_and_of_few_records_says_nothing(data):
    company(50)
    drifts = {"drift of cluster sizes since the run before", "drift of match weights since the run before"}
    for day, (drift, items, expected) in enumerate([(None, 10_000, set()), (0.05, 10_000, set()), (0.2, 10_000, drifts), (0.2, 500, set())]):
        matched(f1=None, share=0.5, drift=drift, items=items, day=day)
        results = departure.check(DAY + timedelta(days=day))
        assert (failed(results), failed(one for one in results if one.is_blocking)) == (expected, set())


def test_a_drift_warns_on_the_day_of_its_run_and_not_on_those_that_bring_nothing_new(data):
    company(50)
    matched(f1=None, share=0.5, drift=0.2, day=1)
    assert [len(failed(departure.check(DAY + timedelta(days=day)))) for day in (1, 1, 2, 3)] == [2, 2, 0, 0]


def test_running_a_door_again_for_the_same_moment_replaces_its_results(data):
    company(10)
    first = departure.check(DAY)
    departure.check(DAY)
    with duckdb.connect(str(settings().warehouse)) as connection:
        assert connection.execute("select count(*) from quality.expectation_results").fetchone()[0] == len(first)


def test_a_landing_that_is_mostly_quarantine_stops_at_the_first_door(data):
    say(
        "create schema landing",
        f"create table landing.files as select 'orders' as source, 'f' as file_id, 'loaded' as status, 100 as rows_read, 60 as rows_loaded, 40 as rows_quarantined, timestamp '{DAY}' as landed_at",
    )
    results = arrival.watch("arrival", [one for one in arrival.tolerances(DAY, {"orders"}) if not one.expectation.startswith("orders.")], DAY)
    assert failed(results) == {"quarantined share of this run's rows", "orders: quarantined share"}


def test_another_process_can_write_the_warehouse_right_after_a_door(data):
    company(10)
    departure.check(DAY)
    write = f"import duckdb; duckdb.connect({str(settings().warehouse)!r}).execute('create table written as select 1')"
    assert subprocess.run([sys.executable, "-c", write], capture_output=True).returncode == 0


def test_nothing_of_anybody_is_kept_in_the_results(data):
    company(10)
    departure.check(DAY)
    with duckdb.connect(str(settings().warehouse)) as connection:
        kept = str(connection.execute("select * from quality.expectation_results").fetchall())
    assert "records per cluster" in kept and "Whitfield" not in kept
