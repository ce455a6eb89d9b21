"""The better of two to the rest: by shares and never by numbers, by people and never by scanners, by what was known when the customer came to the step."""

from datetime import datetime, timedelta

import duckdb
import pytest

from pipelines.campaigns.engine.tick import tick
from pipelines.campaigns.engine.why import why
from pipelines.campaigns.schema import Scenario
from pipelines.campaigns.tables import ensure
from tests.pipelines.campaigns.engine.pairs import NOON, PEOPLE, POLICY
from tests.pipelines.campaigns.engine.world import TITLES

PEOPLE_COUNT, HOUR = 90, timedelta(hours=1)
STEPS = [
    {"id": "try", "split": {"arms": {"one": 1, "two": 1, "rest": 4}, "go": {"one": "one", "two": "two", "rest": "hours"}}},
    {"id": "one", "send": {"channel": "email", "template": "one"}, "next": "end"},
    {"id": "two", "send": {"channel": "email", "template": "two"}, "next": "end"},
    {"id": "hours", "wait": {"for": "4h"}},
]
SCHEDULE = {"schedule": {"at": "2026-03-02 15:00", "rrule": "FREQ=DAILY", "segment": "everybody"}, "reentry": "always"}  # Moscow's clock: NOON
TICKS = {"hourly": [-1, 0.5, *range(1, 12)], "daily": [-1, 11], "late_and_twice": [-1, 4.9, 4.9, 10, 11]}
EVENTS = """
create table events (event_id varchar, customer_id varchar, event_name varchar, occurred_at timestamp, loaded_at timestamp, source varchar, channel varchar, campaign varchar,
    message_id varchar, url varchar, amount decimal(18, 2), currency varchar, properties varchar, is_machine boolean);
create temp view input_events as from events;
create temp view input_channels as select customer_id, 'email' as channel, 'email' as identifier_type, customer_id || '@example.com' as address, true as has_consent, false as is_processing_forbidden from people;
"""


def opened() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    ensure(connection)
    connection.execute(PEOPLE.format(pairs=PEOPLE_COUNT, sides=["a"], later="b", at=NOON) + EVENTS)
    return connection


class Company:
    """So many customers, who do what the tests say with what a trial run would send them."""

    def __init__(self, by: str = "clicked", entry: dict = SCHEDULE):
        given = {"scenario": "subjects", "version": 1, "title": TITLES, "status": "live", "entry": entry, "goal": {"event": "order_paid", "where": "amount > 5", "within": "2d"},
                 "steps": [*STEPS, {"id": "better", "winner": {"of": "try", "by": by}}]}  # fmt: skip
        self.scenario = Scenario.model_validate(given)
        self.events: list[tuple] = []
        self.sent: list[tuple] = []
        with self.ticked([-1, 11]) as trial:
            self.asked = trial.execute(
                "select message_id, customer_id, arm, due_at from communications.outbox where arm in ('one', 'two') order by all"
            ).fetchall()

    def sends(self, arm: str, count: int = 99, minutes: int = 5) -> "Company":
        self.sent += [(message, due_at + timedelta(minutes=minutes)) for message, _, _, due_at in self._of(arm)[:count]]
        return self

    def do(self, arm: str, count: int, name: str = "email_clicked", hours: float = 1, *, comes: float = 0, is_machine: bool = False) -> "Company":
        """`hours` after it was due; it comes so many hours later."""
        for message, customer, _, due_at in self._of(arm)[:count]:
            at = due_at + hours * HOUR
            self.events.append((f"{name} {message} {hours} {is_machine}", customer, name, at, at + comes * HOUR, message, is_machine))
        return self

    def _of(self, arm: str) -> list[tuple]:
        found = [one for one in self.asked if one[2] == arm]
        assert len(found) >= 9
        return found

    def ticked(self, hours: list[float]) -> duckdb.DuckDBPyConnection:
        connection = opened()
        for event_id, customer, name, at, loaded_at, message, is_machine in self.events:
            values = [event_id, customer, name, at, loaded_at, message, 9, "EUR", "{}", is_machine]
            connection.execute(
                "insert into events (event_id, customer_id, event_name, occurred_at, loaded_at, message_id, amount, currency, properties, is_machine) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )
        for message, at in self.sent:
            connection.execute(
                """insert into communications.attempts (message_id, attempt, batch, channel, mode, started_at, finished_at, outcome)
                   values (?, 1, 'b', 'email', 'live', ?, ?, 'accepted')""", [message, at, at],
            )  # fmt: skip
        for hour in hours:
            tick(connection, [self.scenario], POLICY, NOON + hour * HOUR)
        return connection

    def went(self, schedule: str = "daily") -> tuple[str, dict]:
        """The step that the rest went to, and what was counted of each arm: (sent, answered)."""
        with self.ticked(TICKS[schedule]) as connection:
            ((step, count),) = connection.execute("select next_step, count(*) from communications.transitions where step = 'better' group by all").fetchall()
            assert count > 20
            sent = connection.execute("select step, arm, count(*) from communications.outbox where arm = 'rest' group by all").fetchall()
            assert sent == [(step, "rest", count)]
            scores = {
                arm: counts for arm, *counts in connection.execute("select arm, sent_count, answered_count from communications.winners order by arm").fetchall()
            }
            assert connection.execute("select arm from communications.winners where is_winner").fetchall() == [(step,)]
            return step, scores


@pytest.fixture(params=TICKS)
def schedule(request) -> str:
    return request.param


def test_the_arm_with_the_larger_share_wins_though_the_other_has_more_answers(schedule):
    company = Company().sends("one").sends("two", 4).do("one", 4).do("two", 3)
    step, scores = company.went(schedule)
    assert (step, scores["two"], scores["one"][1]) == ("two", [4, 3], 4)


def test_of_equal_shares_the_first_in_the_file_wins(schedule):
    assert Company().sends("one", 8).sends("two", 4).do("one", 2).do("two", 1).went(schedule) == ("one", {"one": [8, 2], "two": [4, 1]})


def test_where_nothing_was_sent_the_first_in_the_file_wins_and_an_arm_that_sent_nothing_cannot(schedule):
    assert Company().went(schedule) == ("one", {"one": [0, 0], "two": [0, 0]})
    assert Company().sends("two", 4).went(schedule) == ("two", {"one": [0, 0], "two": [4, 0]})


def test_what_was_sent_or_answered_when_the_customer_came_or_later_does_not_count(schedule):
    company = Company().sends("one", 4).sends("two", 4).do("one", 1).do("two", 4, hours=4).sends("two", 9, minutes=300)
    assert company.went(schedule) == ("one", {"one": [4, 1], "two": [4, 0]})


def test_what_came_after_a_run_had_passed_it_counts_from_its_coming():
    in_time = Company().sends("one", 4).sends("two", 4).do("one", 1).do("two", 2, hours=1, comes=3.5)
    assert in_time.went("hourly") == ("two", {"one": [4, 1], "two": [4, 2]})
    too_late = Company().sends("one", 4).sends("two", 4).do("one", 1).do("two", 2, hours=1, comes=4.5)
    assert too_late.went("hourly") == ("one", {"one": [4, 1], "two": [4, 0]})


def test_scanners_and_prefetching_do_not_count_and_one_message_is_answered_once(schedule):
    company = Company("opened").sends("one", 4).sends("two", 4).do("two", 4, "email_opened", is_machine=True)
    company.do("one", 1, "email_opened").do("one", 1, "email_opened", hours=2).do("two", 4, "email_clicked")
    assert company.went(schedule) == ("one", {"one": [4, 1], "two": [4, 0]})


def test_success_counts_after_the_message_and_within_the_goals_time(schedule):
    company = Company("converted").sends("one", 4).sends("two", 4).do("one", 3, "order_paid", hours=0.05).do("two", 1, "order_paid").do("two", 2, "page_viewed")
    assert company.went(schedule) == ("two", {"one": [4, 0], "two": [4, 1]})


def test_each_moment_of_a_schedule_has_a_winner_of_its_own():
    company = Company().sends("one", 4).sends("two", 4).do("two", 2)
    with company.ticked([-1, 11, 35]) as connection:
        won = connection.execute("select slot, arm, sent_count from communications.winners where is_winner order by slot").fetchall()
    assert won == [("2026-03-02T12:00:00", "two", 4), ("2026-03-03T12:00:00", "one", 0)]


def test_whoever_comes_one_by_one_goes_by_all_that_the_version_has_sent_by_then():
    company = Company(entry={"event": {"event": "cart_updated"}})
    assert company.asked == []
    connection = opened()
    connection.execute("""insert into events by name select customer_id || 'cart' as event_id, customer_id, 'cart_updated' as event_name, $noon + to_minutes(pair) as occurred_at,
        occurred_at as loaded_at, false as is_machine from people""", {"noon": NOON})  # fmt: skip
    tick(connection, [company.scenario], POLICY, NOON - HOUR)
    tick(connection, [company.scenario], POLICY, NOON + 3 * HOUR)
    connection.execute("""insert into communications.attempts by name select message_id, 1 as attempt, 'b' as batch, channel, 'live' as mode, due_at as started_at,
        due_at + interval 1 minute as finished_at, 'accepted' as outcome from communications.outbox""")  # fmt: skip
    connection.execute("""insert into events by name select 'click' || message_id as event_id, customer_id, 'email_clicked' as event_name, timestamp '2026-03-02 16:45:00' as occurred_at,
        occurred_at as loaded_at, message_id, false as is_machine from communications.outbox where step = 'two'""")  # fmt: skip
    tick(connection, [company.scenario], POLICY, NOON + 12 * HOUR)
    found = connection.execute("select left_at < timestamp '2026-03-02 16:45:01', next_step, count(*) from communications.transitions where step = 'better' group by all order by all").fetchall()  # fmt: skip
    assert [row[:2] for row in found] == [(False, "two"), (True, "one")]
    assert connection.execute("select count(distinct decided_at) from communications.winners").fetchone() == (sum(row[2] for row in found),)


def test_why_says_which_arm_won_with_what_shares():
    def said(company: Company, *, russian: bool = False) -> str:
        with company.ticked(TICKS["daily"]) as connection:
            (customer,) = connection.execute("select customer_id from communications.outbox where arm = 'rest' order by all limit 1").fetchone()
            ((_, _, text),) = [line for line in why(connection, customer, "subjects", russian=russian)[0].lines if line[1] == "better"]
            return text

    clear = Company().sends("one", 8).sends("two", 4).do("one", 1).do("two", 1)
    assert said(clear) == "goes on as arm two: two: 25.0% of 4 sent were clicked; one: 12.5% of 8 sent were clicked → two"
    assert said(clear, russian=True) == "продолжает как ветвь two: two: переходов 25,0 % из 4 отправленных; one: переходов 12,5 % из 8 отправленных → two"
    even = Company().sends("one", 4)
    assert said(even) == "goes on as arm one: one: 0.0% of 4 sent were clicked; two: nothing sent → one"
    assert said(Company()) == "goes on as arm one: one: nothing sent; two: nothing sent; no difference, so the first in the file → one"


def test_a_pass_goes_by_the_messages_of_its_own_version():
    company = Company().sends("one", 4).sends("two", 4).do("two", 2)
    newer = company.scenario.model_copy(update={"version": 2})
    with company.ticked([-1, 3]) as connection:
        tick(connection, [newer], POLICY, NOON + 35 * HOUR)
        won = connection.execute("select version, decided_at, arm from communications.winners where is_winner order by all").fetchall()
    assert won == [(1, datetime(2026, 3, 2, 16), "two"), (2, datetime(2026, 3, 3, 16), "one")]
