"""600 made-up experiments whose truth is known, through the models and functions that judge real ones: do the intervals hold it as often as they say?"""

import duckdb
import pytest
from scipy import stats

from pipelines.campaigns.engine.sql import bucket
from tests.pipelines.experiments.models import build, opened

RUNS, CUSTOMERS, ALPHA = 600, 1000, 0.05
ADDED = {"percent": 0.05, "gift": 0.2}
REACHED, AMOUNT = 0.5, 40.0
CHECKS = 2 * len(ADDED)  # arms and metrics
# A row per customer and run. `past` moves the chance to buy, as it does in life; a message reaches half of them, and in the control nobody.
PEOPLE = f"""
create table people as
select run, 'run_' || run as scenario, run || ':' || n as customer_id, random() as loyal, random() < {REACHED} as is_reached, random() as luck, -{AMOUNT} * ln(1 - random()) as amount,
    {bucket("'run_' || run || '.offer'", "run || ':' || n")} / 10000 as place
from range({RUNS}) as runs (run), range({CUSTOMERS}) as customers (n)
"""
TABLES = """
insert into communications_experiments by name
select 'run_' || run as scenario, 1 as version, 'offer' as step, arm, arm = 'control' as is_control, share, $ends::timestamp as ends_at
from range($runs) as runs (run) cross join (values ('control', 0.2), ('percent', 0.4), ('gift', 0.4)) as arms (arm, share);
insert into communications_goals select 'run_' || run, 1, 'order_paid', 30 * 86400 from range($runs) as runs (run);
insert into passes by name select 'p' || customer_id as entry_id, scenario, 1 as version, customer_id, timestamp '2026-01-01' as entered_at, timestamp '2026-01-31' as goal_until from people;
insert into communications_transitions by name
select 'p' || customer_id as entry_id, 'offer' as step, case when place < 0.2 then 'control' when place < 0.6 then 'percent' else 'gift' end as arm, timestamp '2026-01-01' as left_at from people;
insert into met_goals by name
select scenario, 1 as version, 'after' || customer_id as event_id, customer_id, amount as value, 'RUB' as currency, timestamp '2026-01-10' as occurred_at
from people inner join communications_transitions as transitions on 'p' || customer_id = entry_id left join added using (arm)
where luck < 0.2 * loyal + case when is_reached then coalesce(added, 0) else 0 end
union all by name
select scenario, 1 as version, 'before' || customer_id || n as event_id, customer_id, 30 as value, 'RUB' as currency, timestamp '2025-12-01' as occurred_at
from people, range(3) as times (n) where loyal > 0.5 + 0.15 * n
"""


@pytest.fixture(scope="module")
def experiments() -> duckdb.DuckDBPyConnection:
    connection = opened()
    connection.execute("set threads = 1")  # so that the seed gives the same people each time
    connection.execute("select setseed(0.42)")
    connection.execute("create table added (arm varchar, added double)")
    connection.executemany("insert into added values (?, ?)", list(ADDED.items()))
    connection.execute(PEOPLE)
    for query in TABLES.split(";\n"):
        values = {"runs": RUNS, "ends": "2026-01-02"}
        connection.execute(query, {name: value for name, value in values.items() if f"${name}" in query})
    return connection


@pytest.fixture(scope="module")
def ended(experiments) -> duckdb.DuckDBPyConnection:
    """After the planned end, when everybody's time is over."""
    build(experiments, "2026-02-01 00:00:00")
    return experiments


def truths(metric: str) -> dict[str, float]:
    return {arm: added * REACHED * (1 if metric == "converted" else AMOUNT) for arm, added in ADDED.items()}


def covered(connection: duckdb.DuckDBPyConnection, metric: str, arm: str) -> int:
    (count,) = connection.execute(
        "select count(*) from experiment_results where metric = $metric and arm = $arm and $truth between difference_low and difference_high",
        {"metric": metric, "arm": arm, "truth": truths(metric)[arm]},
    ).fetchone()
    return count


def test_final_intervals_hold_the_truth_in_about_95_of_100_experiments(ended):
    """The bounds are those within which a binomial count at 95 % falls in all four checks with probability 99.9 %."""
    least, most = stats.binom.interval(1 - 0.001 / CHECKS, RUNS, 1 - ALPHA)
    counts = {(metric, arm): covered(ended, metric, arm) for metric in ("converted", "revenue") for arm in ADDED}
    assert ended.execute("select distinct interval_kind from experiment_results where not is_control").fetchall() == [("fixed_horizon",)]
    assert all(least <= count <= most for count in counts.values()), counts


def test_verdicts_are_wrong_no_more_often_than_they_say(ended):
    """`worse` is wrong for every arm here; over all comparisons of an experiment Holm keeps wrong verdicts to alpha."""
    wrong, right = ended.execute(
        "select count(distinct scenario) filter (verdict = 'worse'), count(*) filter (verdict = 'better' and arm = 'gift' and metric = 'converted') from experiment_results"
    ).fetchone()
    assert wrong <= stats.binom.ppf(0.999, RUNS, ALPHA)
    assert right > RUNS / 2
    (mismatches,) = ended.execute("select count(distinct scenario) from experiment_results where has_sample_ratio_mismatch").fetchone()
    assert mismatches <= stats.binom.ppf(0.999, RUNS, 0.001)


def test_intervals_of_a_running_experiment_hold_the_truth_at_least_as_often(experiments):
    experiments.execute("update communications_experiments set ends_at = null")
    build(experiments, "2026-02-01 00:00:00")
    least = stats.binom.ppf(0.001 / CHECKS, RUNS, 1 - ALPHA)
    counts = {(metric, arm): covered(experiments, metric, arm) for metric in ("converted", "revenue") for arm in ADDED}
    assert experiments.execute("select distinct interval_kind from experiment_results where not is_control").fetchall() == [("always_valid",)]
    assert all(count >= least for count in counts.values()), counts


def test_a_torn_assignment_is_told_and_gives_no_verdict(experiments):
    """Every fifth customer of one arm of one experiment is lost on the way."""
    experiments.execute("update communications_experiments set ends_at = timestamp '2026-01-02'")
    experiments.execute("delete from communications_transitions where arm = 'gift' and entry_id like 'p7:%' and right(entry_id, 1) in ('0', '5')")
    build(experiments, "2026-02-01 00:00:00")
    found = experiments.execute("select distinct verdict from experiment_results where scenario = 'run_7' and not is_control").fetchall()
    assert found == [("not_to_be_trusted",)]
