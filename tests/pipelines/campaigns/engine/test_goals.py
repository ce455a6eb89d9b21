"""What the engine writes down for results: goals with the events that meet them, experiments with their arms."""

from datetime import datetime

import duckdb
import pytest

from pipelines.campaigns.engine import goals
from pipelines.campaigns.engine.definitions import register
from pipelines.campaigns.schema import Policy, Scenario
from pipelines.campaigns.tables import ensure
from tests.pipelines.campaigns.engine.world import TITLES

NOW = datetime(2026, 3, 1)
OFFER = {
    "scenario": "offer", "version": 2, "title": TITLES, "status": "live", "entry": {"segment": "lapsing"},
    "goal": {"event": "order_paid", "where": "properties.total >= 100", "within": "7d", "value": "properties.total"}, "holdout": {"share": 0.1},
    "steps": [{"id": "split", "split": {"arms": {"plain": 1, "none": 2, "gift": 1}, "go": {"plain": "mail", "none": "end", "gift": "mail"}, "control": "none", "ends": "2026-04-01 00:00"}},
              {"id": "quiet", "split": {"arms": {"a": 1, "b": 1}, "go": {"a": "mail", "b": "end"}, "experiment": False}},
              {"id": "mail", "send": {"channel": "email", "template": "mail"}}],
}  # fmt: skip


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    ensure(connection)
    connection.execute("""
        create table events (event_id varchar, customer_id varchar, event_name varchar, occurred_at timestamp, source varchar, channel varchar, campaign varchar,
            url varchar, amount decimal(18, 2), currency varchar, properties varchar);
        insert into events by name select * from (values
            ('cheap', 'c1', 'order_paid', 'EUR', '{"total": 99}'), ('dear', 'c1', 'order_paid', 'EUR', '{"total": "100.50"}'), ('torn', 'c1', 'order_paid', 'EUR', '{"total": "a lot"}'),
            ('other', 'c1', 'page_viewed', 'EUR', '{"total": 500}'), ('stranger', 'c9', 'order_paid', 'EUR', '{"total": 500}'), ('heir', 'c2', 'order_paid', 'USD', '{"total": 200}')
        ) as given (event_id, customer_id, event_name, currency, properties);
        create temp view input_events as select * from events;
        create temp view input_redirects as select * from (values ('c1', 'c1', null), ('c2', 'c2', null), ('c_old', 'c2', timestamp '2026-02-01')) as r (old_customer_id, customer_id, redirected_at);
        insert into communications.entries by name select * from (values
            ('p1', 'offer', 2, 'c1', 'o', timestamp '2026-01-01', timestamp '2026-01-01'), ('p2', 'offer', 2, 'c_old', 'o', timestamp '2026-01-01', timestamp '2026-01-01')
        ) as e (entry_id, scenario, version, customer_id, occurrence, entered_at, tick_at)""")
    register(connection, [Scenario.model_validate(OFFER)], NOW)
    return connection


def test_events_meet_a_goal_by_its_condition_and_are_worth_what_it_says_also_after_a_merge(connection):
    goals.write(connection, Policy())
    found = connection.execute("select event_id, value, currency from communications.goal_events order by event_id").fetchall()
    assert [(name, float(value), currency) for name, value, currency in found] == [("dear", 100.5, "EUR"), ("heir", 200.0, "USD")]
    assert connection.execute("from communications.goals").fetchall() == [("offer", 2, "order_paid", 7 * 86400)]


def test_arms_have_their_shares_and_their_control_and_holdouts_are_compared_too(connection):
    goals.write(connection, Policy(holdout_share=0.05, time_zone="Europe/Moscow"))
    end = datetime(2026, 3, 31, 21)
    assert connection.execute("select * exclude (scenario, version) from communications.experiments order by step, arm").fetchall() == [
        ("company_holdout", "holdout", True, None, None), ("company_holdout", "treated", False, None, None),
        ("holdout", "holdout", True, 0.1, None), ("holdout", "treated", False, 0.9, None),
        ("split", "gift", False, 0.25, end), ("split", "none", True, 0.5, end), ("split", "plain", False, 0.25, end),
    ]  # fmt: skip


def test_the_arm_that_waits_for_the_winner_is_no_part_of_the_experiment(connection):
    steps = [{"id": "try", "split": {"arms": {"rest": 80, "one": 5, "two": 15}, "go": {"rest": "hours", "one": "one", "two": "two"}}},
             {"id": "one", "send": {"channel": "email", "template": "mail"}, "next": "end"}, {"id": "two", "send": {"channel": "email", "template": "mail"}, "next": "end"},
             {"id": "hours", "wait": {"for": "4h"}}, {"id": "better", "winner": {"of": "try", "by": "converted"}}]  # fmt: skip
    register(connection, [Scenario.model_validate({**OFFER, "scenario": "subjects", "holdout": {}, "steps": steps})], NOW)
    goals.write(connection, Policy())
    found = connection.execute("select step, arm, is_control, share from communications.experiments where scenario = 'subjects' order by arm").fetchall()
    assert found == [("try", "one", True, 0.25), ("try", "two", False, 0.75)]


def test_written_again_it_is_the_same_and_of_the_latest_events(connection):
    goals.write(connection, Policy())
    connection.execute("delete from events where event_id = 'dear'")
    goals.write(connection, Policy())
    assert connection.execute("select event_id from communications.goal_events").fetchall() == [("heir",)]
    assert connection.execute("select count(*) from communications.goals").fetchone() == (1,)


def test_what_must_get_through_has_no_holdout(connection):
    receipt = {**OFFER, "scenario": "receipt", "purpose": "transactional", "holdout": {}, "steps": OFFER["steps"][2:]}
    register(connection, [Scenario.model_validate(receipt)], NOW)
    goals.write(connection, Policy(holdout_share=0.05))
    assert connection.execute("select count(*) from communications.experiments where scenario = 'receipt'").fetchone() == (0,)
