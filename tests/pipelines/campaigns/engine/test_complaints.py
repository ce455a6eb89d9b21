"""What users of other systems complain of, as far as it is the evaluation's: ticks over each other, a slot too late, coming in again, variants, clocks.

What is the sender's or the collector's stands with them: `tests/pipelines/sending`, `tests/pipelines/responses`.
"""

from datetime import datetime, timedelta

import duckdb
import pytest

from pipelines.campaigns.engine import inputs
from pipelines.campaigns.engine.tick import tick
from pipelines.campaigns.schema import Policy, Scenario
from tests.pipelines.campaigns.engine import marts
from tests.pipelines.campaigns.engine.world import TITLES

# The night of 29 March 2026 Berlin's clocks go from two to three.
EVENING = datetime(2026, 3, 28, 18)


class Company:
    """One customer in Berlin; `tick` evaluates one scenario."""

    def __init__(self, connection: duckdb.DuckDBPyConnection):
        self.connection = connection
        marts.make(connection)
        connection.execute("""
            insert into marts.customers values ('c', date '1990-04-01', 'Europe/Berlin', null); insert into marts.customer_360 (customer_id) values ('c');
            insert into marts.customer_redirects values ('c', 'c', null, timestamp '2026-01-01'); insert into marts.customer_channels values ('c', 'email', 'email', 'c@example.com', true, false);
            insert into marts.consent_history values ('c', 'email', 'marketing', 'granted', 'given', timestamp '2026-01-01', null)""")

    def happens(self, name: str, at: datetime, message_id: str | None = None, landed_at: datetime | None = None) -> None:
        event_id = f"{name} {at}"
        self.connection.execute(
            "insert into marts.customer_timeline (event_id, customer_id, event_name, occurred_at) values (?, 'c', ?, ?)", [event_id, name, at]
        )
        self.connection.execute("insert into intermediate.int_events (event_id, message_id, _file_id) values (?, ?, ?)", [event_id, message_id, event_id])
        self.connection.execute("insert into landing.files values (?, ?)", [event_id, landed_at or at])

    def tick(self, at: datetime, scenario: dict, **policy: object) -> None:
        given = Policy.model_validate({"holdout_share": 0, "time_zone": "Europe/Berlin"} | policy)
        one = Scenario.model_validate({"scenario": "one", "version": 1, "title": TITLES, "status": "live", "approved_by": "owner@example.com"} | scenario)
        inputs.show(self.connection, at, given)
        tick(self.connection, [one], given, at, since=EVENING - timedelta(days=1))

    def asked(self, columns: str, table: str = "outbox", order: str = "due_at") -> list[tuple]:
        return self.connection.execute(f"select {columns} from communications.{table} order by {order}").fetchall()


@pytest.fixture
def company():
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        yield Company(connection)


SENT = {"steps": [{"id": "mail", "send": {"channel": "email", "template": "mail"}}]}
ALL_DAY = {"quiet_hours": {"from": "00:00", "to": "00:00"}}


def test_in_the_night_that_lacks_an_hour_quiet_hours_end_by_the_customers_clock(company):
    company.happens("cart_updated", EVENING + timedelta(hours=4))  # 23:00 in Berlin
    company.tick(EVENING + timedelta(days=1), {"entry": {"event": {"event": "cart_updated"}}} | SENT, quiet_hours={"from": "21:00", "to": "09:00"})
    assert company.asked("due_at, release_at") == [(EVENING + timedelta(hours=4), datetime(2026, 3, 29, 7))]  # nine by summer time, eight hours of sleep later


def test_an_hour_that_the_night_skips_is_the_one_after_it(company):
    company.happens("cart_updated", EVENING)
    wait = {"steps": [{"id": "night", "wait": {"for": "1h", "to": "02:30"}}, *SENT["steps"]]}
    company.tick(EVENING + timedelta(days=1), {"entry": {"event": {"event": "cart_updated"}}} | wait, **ALL_DAY)
    assert company.asked("due_at") == [(datetime(2026, 3, 29, 1, 30),)]  # 03:30 on the wall


def test_in_the_night_that_has_an_hour_twice_quiet_hours_last_an_hour_longer_and_that_hour_comes_once(company):
    late = datetime(2026, 10, 24, 21)  # 23:00 in Berlin; at three the clocks go back to two
    wait = {"steps": [*SENT["steps"], {"id": "night", "wait": {"for": "1h", "to": "02:30"}}, {"id": "again", "send": {"channel": "email", "template": "mail"}}]}
    company.happens("cart_updated", late)
    for hours in (4, 5, 24):
        company.tick(late + timedelta(hours=hours), {"entry": {"event": {"event": "cart_updated"}}} | wait, quiet_hours={"from": "21:00", "to": "09:00"})
    asked = company.asked("step, due_at, release_at")
    assert [(step, release_at) for step, _, release_at in asked] == [
        ("mail", datetime(2026, 10, 25, 8)),
        ("again", datetime(2026, 10, 25, 8)),
    ]  # nine by winter time
    assert asked[1][1] in (datetime(2026, 10, 25, 0, 30), datetime(2026, 10, 25, 1, 30))


def test_days_before_a_date_of_the_customer_are_days_of_their_calendar(company):
    entry = {"entry": {"date": {"attribute": "birth_date", "days_before": 3, "at": "10:00"}, "reentry": "always"}}
    for hours in (12, 24, 36):
        company.tick(EVENING + timedelta(hours=hours), entry | SENT, **ALL_DAY)
    assert company.asked("due_at") == [(datetime(2026, 3, 29, 8),)]  # ten by summer time, though it was winter time the day before


@pytest.mark.parametrize(("is_concurrent", "passes"), [(False, 1), (True, 2)])
def test_whoever_comes_again_during_a_pass_has_a_pass_of_its_own_or_none(company, is_concurrent, passes):
    for hours in (0, 1, 30):
        company.happens("cart_updated", EVENING + timedelta(hours=hours))
    entry = {"entry": {"event": {"event": "cart_updated"}, "reentry": "always", "concurrent": is_concurrent}}
    for hours in (2, 12, 40):
        company.tick(EVENING + timedelta(hours=hours), entry | {"steps": [{"id": "pause", "wait": {"for": "5h"}}, *SENT["steps"]]}, **ALL_DAY)
    assert len(company.asked("entry_id", "entries", "entered_at")) == passes + 1  # after a pass has ended the next begins in either case
    ids = [row[0] for row in company.asked("message_id")]
    assert len(ids) == len(set(ids)) == passes + 1


@pytest.mark.parametrize("clicked", ["short", "long", None])
def test_a_click_on_whichever_variant_was_sent_is_heard_by_the_wait_after_both(company, clicked):
    arms = {"short": int(clicked != "long"), "long": int(clicked == "long")}
    steps = [{"id": "ab", "split": {"arms": arms, "go": {"short": "short", "long": "long"}}},
             {"id": "short", "send": {"channel": "email", "template": "mail"}, "next": "listen"}, {"id": "long", "send": {"channel": "email", "template": "mail"}},
             {"id": "listen", "wait": {"until": [{"event": "email_clicked", "of": ["short", "long"], "go": "end"}], "for": "1d"}},
             {"id": "again", "send": {"channel": "email", "template": "mail"}}]  # fmt: skip
    company.happens("cart_updated", EVENING)
    scenario = {"entry": {"event": {"event": "cart_updated"}}, "steps": steps}
    company.tick(EVENING + timedelta(hours=2), scenario, **ALL_DAY)
    ((step, message_id),) = company.asked("step, message_id")
    assert step == (clicked or "short")
    company.happens("email_clicked", EVENING + timedelta(hours=3), message_id if clicked else "0" * 32)
    company.tick(EVENING + timedelta(days=2), scenario, **ALL_DAY)
    outcome = company.asked("outcome", "transitions where step = 'listen'", "position")
    assert outcome == [("guard_1" if clicked else "deadline",)]
    assert len(company.asked("step")) == (1 if clicked else 2)


def test_what_an_outage_made_too_late_is_planned_with_its_end_so_that_it_is_not_sent(company):
    company.tick(EVENING, {"entry": {"schedule": {"at": "2026-03-28 20:00", "segment": "everybody"}}} | SENT, **ALL_DAY)
    company.connection.execute("insert into segments.segment_history values ('c', 'everybody', 'entered', timestamp '2026-01-01')")
    three_days_late = EVENING + timedelta(days=3)
    company.tick(three_days_late, {"entry": {"schedule": {"at": "2026-03-28 20:00", "segment": "everybody"}}} | SENT, expires_after="10h", **ALL_DAY)
    ((due_at, expires_at),) = company.asked("due_at, expires_at")
    assert (due_at, expires_at) == (datetime(2026, 3, 28, 19), datetime(2026, 3, 29, 5))
    assert expires_at < three_days_late


def test_a_bounce_that_came_after_a_watermark_had_passed_it_is_counted_and_moves_nobody_back_in_time(company):
    wait = {"id": "listen", "wait": {"until": [{"delivery": "failed", "of": ["mail"], "go": "end"}], "for": "3d"}}
    scenario = {
        "entry": {"event": {"event": "cart_updated"}},
        "steps": [*SENT["steps"], wait, {"id": "again", "send": {"channel": "email", "template": "mail"}}],
    }
    company.happens("cart_updated", EVENING)
    company.tick(EVENING + timedelta(hours=12), scenario, **ALL_DAY)
    ((message_id,),) = company.asked("message_id")
    company.happens("email_bounced_hard", EVENING + timedelta(hours=2), message_id, landed_at=EVENING + timedelta(hours=20))
    for hours in (24, 100):
        company.tick(EVENING + timedelta(hours=hours), scenario, **ALL_DAY)
    assert company.asked("outcome, left_at", "transitions where step = 'listen'", "position") == [("deadline", EVENING + timedelta(days=3))]
    assert company.asked("event_name", "late_events", "event_id") == [("email_bounced_hard",)]
