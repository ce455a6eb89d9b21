"""What the evaluation reads of the marts: when a statement counts that came late, and a warehouse that lacks what is read."""

from datetime import datetime, timedelta

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.campaigns.engine import inputs, run
from pipelines.campaigns.engine.recheck import withdrawn
from pipelines.campaigns.engine.tick import tick
from pipelines.campaigns.schema import Cap, Exit, Policy, Scenario
from pipelines.cli import app
from pipelines.redaction import Told
from pipelines.settings import settings
from pipelines.warehouse import connect
from tests.pipelines.campaigns.engine import marts
from tests.pipelines.campaigns.engine.world import TITLES
from tests.pipelines.campaigns.scenario_folders import scenario, spoiled

POLICY = Policy(quiet_hours={"from": "00:00", "to": "00:00"}, holdout_share=0)
NOON = datetime(2026, 3, 2, 12)
LETTER = Scenario.model_validate(
    {"scenario": "letter", "version": 1, "title": TITLES, "status": "live", "entry": {"schedule": {"at": "2026-03-02 15:00", "segment": "everybody"}},  # Moscow's clock
     "steps": [{"id": "mail", "send": {"channel": "email", "template": "mail"}}]}
)  # fmt: skip
HOURLY, DAILY = [NOON + timedelta(hours=hours) for hours in range(-1, 14)], [NOON - timedelta(hours=1), NOON + timedelta(hours=13)]


def company(connection: duckdb.DuckDBPyConnection) -> None:
    marts.make(connection)
    connection.execute("""
        insert into landing.files values ('old', timestamp '2026-01-01');
        insert into marts.customers (customer_id) values ('c'); insert into marts.customer_360 (customer_id) values ('c'); insert into marts.customer_redirects values ('c', 'c', null, timestamp '2026-01-01');
        insert into segments.segment_history values ('c', 'everybody', 'entered', timestamp '2026-01-01');
        insert into marts.customer_channels values ('c', 'email', 'email', 'c@example.com', true, false);
        insert into marts.consent_history values ('c', 'email', 'marketing', 'granted', 'given', timestamp '2026-01-01', null); insert into intermediate.int_consent_events values ('given', 'old')""")


def takes_back(connection: duckdb.DuckDBPyConnection, occurred_at: datetime, landed_at: datetime) -> None:
    connection.execute("insert into landing.files values ('new', $landed_at)", {"landed_at": landed_at})
    connection.execute("update marts.consent_history set valid_to = $at", {"at": occurred_at})
    connection.execute("insert into marts.consent_history values ('c', 'email', 'marketing', 'withdrawn', 'taken_back', $at, null)", {"at": occurred_at})
    connection.execute("insert into intermediate.int_consent_events values ('taken_back', 'new'); update marts.customer_channels set has_consent = false")


def is_suppressed(connection: duckdb.DuckDBPyConnection, occurred_at: datetime, landed_at: datetime) -> None:
    connection.execute("insert into landing.files values ('new', $landed_at)", {"landed_at": landed_at})
    connection.execute("insert into intermediate.int_suppressions values ('email', 'email', 'C@example.com', 'c@example.com', $at, 'new')", {"at": occurred_at})
    connection.execute("insert into marts.suppressions values ('email', 'email', 'c@example.com', $at)", {"at": occurred_at})


def evaluated(moments: list[datetime], happens, occurred_at: datetime, landed_at: datetime) -> tuple[list[tuple], list[tuple]]:
    """Decisions of these ticks, and what is called back when the sender asks an hour after the last."""
    with duckdb.connect() as connection:
        company(connection)
        has_landed = False
        for moment in moments:
            if landed_at <= moment and not has_landed:
                happens(connection, occurred_at, landed_at)
                has_landed = True
            inputs.show(connection, moment, POLICY)
            tick(connection, [LETTER], POLICY, moment)
        decisions = connection.execute("select customer_id, due_at, reason from communications.decisions").fetchall()
        withdrawn(connection, moments[-1] + timedelta(hours=1), ([LETTER], POLICY))
        return decisions, connection.execute("select reason from communications.cancellations").fetchall()


@pytest.mark.parametrize(("happens", "reason"), [(takes_back, "no_basis"), (is_suppressed, "suppressed")])
def test_what_came_after_a_watermark_had_passed_it_decides_alike_in_all_ticks_and_still_stops_the_sending(happens, reason):
    days_before, after_the_first_tick = NOON - timedelta(days=2), NOON + timedelta(hours=3)
    hourly, daily = (evaluated(moments, happens, days_before, after_the_first_tick) for moments in (HOURLY, DAILY))
    assert hourly == daily == ([("c", NOON, "eligible")], [(reason,)])


@pytest.mark.parametrize(("happens", "reason"), [(takes_back, "no_basis"), (is_suppressed, "suppressed")])
def test_what_came_in_time_counts_from_when_it_was_said(happens, reason):
    just_before = NOON - timedelta(minutes=10)
    hourly, daily = (evaluated(moments, happens, just_before, NOON + timedelta(minutes=20)) for moments in (HOURLY, DAILY))
    assert hourly == daily == ([("c", NOON, reason)], [])


@pytest.mark.parametrize(("orders", "called_back"), [(2, []), (3, [("exited",)])])
def test_an_exit_that_is_a_condition_calls_back_what_is_queued_too(orders, called_back):
    letter = LETTER.model_copy(update={"exit": [Exit(where="orders_count > 2")]})
    with duckdb.connect() as connection:
        company(connection)
        for moment in DAILY:
            inputs.show(connection, moment, POLICY)
            tick(connection, [letter], POLICY, moment)
        connection.execute("update marts.customer_360 set orders_count = $orders", {"orders": orders})
        withdrawn(connection, DAILY[-1] + timedelta(hours=1), ([letter], POLICY))
        assert connection.execute("select reason from communications.cancellations").fetchall() == called_back


def planned(connection: duckdb.DuckDBPyConnection, *moments: datetime, policy: Policy = POLICY) -> list[str]:
    """A letter to `c` for each of these noons; none is sent yet."""
    entry = {"schedule": {"at": "2026-03-02 15:00", "rrule": "FREQ=DAILY", "segment": "everybody"}, "reentry": "always"}
    daily = LETTER.model_copy(update={"entry": LETTER.entry.model_validate(entry)})
    for moment in moments:
        inputs.show(connection, moment, policy)
        tick(connection, [daily], policy, moment)
    return [one for (one,) in connection.execute("select message_id from communications.outbox order by due_at, message_id").fetchall()]


def asked(connection: duckdb.DuckDBPyConnection, moment: datetime, policy: Policy = POLICY, scenario: Scenario = LETTER) -> tuple[set[str], set[tuple]]:
    """Which messages are left for later, and which are called back, when the sender asks."""
    inputs.show(connection, moment, policy)
    withdrawn(connection, moment, ([scenario], policy))
    left = {one for (one,) in connection.execute("select message_id from not_now").fetchall()}
    return left, set(connection.execute("select message_id, reason from communications.cancellations").fetchall())


def went(connection: duckdb.DuckDBPyConnection, message_id: str, at: datetime, outcome: str = "accepted") -> None:
    connection.execute(
        """insert into communications.attempts by name select $one as message_id, 1 as attempt, '000001-email' as batch, 'email' as channel, 'relay' as provider,
           'live' as mode, $at as started_at, $at as finished_at, $outcome as outcome""", {"one": message_id, "at": at, "outcome": outcome})  # fmt: skip


def test_caps_hold_for_when_messages_really_go():
    policy = POLICY.model_copy(update={"caps": [Cap(name="day", within="1d", at_most=2)], "expires_after": timedelta(days=9)})
    with duckdb.connect() as connection:
        company(connection)
        one, two, three, four = planned(connection, NOON - timedelta(hours=1), NOON + timedelta(days=3, hours=1), policy=policy)
        stood_still = NOON + timedelta(days=3, hours=2)
        assert asked(connection, stood_still, policy) == ({three, four}, set())
        went(connection, one, stood_still)
        went(connection, two, stood_still, "unknown")  # may have gone
        assert asked(connection, stood_still + timedelta(hours=23), policy)[0] >= {three, four}
        assert asked(connection, stood_still + timedelta(hours=25), policy)[0] - {two} == set()


def test_just_before_quiet_hours_nothing_is_claimed_either():
    with duckdb.connect() as connection:
        company(connection)
        planned(connection, NOON - timedelta(hours=1), NOON + timedelta(hours=1))
        connection.execute(
            "update communications.outbox set time_zone = 'Europe/Moscow', quiet_from = '21:00', quiet_to = '09:00'"
        )  # from 18:00 by the sender's clock
        evening = datetime(2026, 3, 2, 18)
        assert [bool(asked(connection, evening + timedelta(seconds=shift))[0]) for shift in (-121, -119, 0, 5 * 3600, 12 * 3600 - 1, 12 * 3600)] == [
            False, True, True, True, True, False,
        ]  # fmt: skip


def test_of_a_message_that_may_have_gone_no_second_one_is_offered_to_who_took_consent_back():
    with duckdb.connect() as connection:
        company(connection)
        (one,) = planned(connection, NOON - timedelta(hours=1), NOON + timedelta(hours=1))
        went(connection, one, NOON + timedelta(hours=1), "unknown")
        assert asked(connection, NOON + timedelta(hours=2)) == (set(), set())
        takes_back(connection, NOON + timedelta(hours=2), NOON + timedelta(hours=3))
        assert asked(connection, NOON + timedelta(hours=4)) == ({one}, set())  # and it stays unknown whether it went


@pytest.mark.parametrize("outcome", ["accepted", "unknown", "deferred"])
def test_whoever_got_a_message_gets_it_no_second_time_through_a_merge(outcome):
    with duckdb.connect() as connection:
        company(connection)
        connection.execute("""
            insert into marts.customers (customer_id) values ('d'); insert into marts.customer_360 (customer_id) values ('d'); insert into marts.customer_redirects values ('d', 'd', null, timestamp '2026-01-01');
            insert into segments.segment_history values ('d', 'everybody', 'entered', timestamp '2026-01-01');
            insert into marts.customer_channels values ('d', 'email', 'email', 'd@example.com', true, false);
            insert into marts.consent_history values ('d', 'email', 'marketing', 'granted', 'given', timestamp '2026-01-01', null)""")
        planned(connection, NOON - timedelta(hours=1), NOON + timedelta(hours=1))
        ids = dict(connection.execute("select customer_id, message_id from communications.outbox").fetchall())
        went(connection, ids["d"], NOON + timedelta(hours=1), outcome)
        merged = NOON + timedelta(hours=2)
        connection.execute(
            "delete from marts.customer_redirects where old_customer_id = 'd'; insert into marts.customer_redirects values ('d', 'c', $at, timestamp '2026-01-01')",
            {"at": merged},
        )
        connection.execute("delete from marts.customer_channels where customer_id = 'd'")
        _, called_back = asked(connection, merged + timedelta(hours=1))
        # Where neither has gone, the one to an address that counts no longer does not.
        assert called_back == ({(ids["d"], "no_basis")} if outcome == "deferred" else {(ids["c"], "duplicate_address")})


def test_while_a_file_cannot_be_read_its_messages_wait_and_none_is_called_back(data, tmp_path, monkeypatch):
    folder = scenario(tmp_path / "campaigns", spoiled("event: {event: cart_updated}", "segment: new_customers"))
    monkeypatch.setenv("SVOD_CAMPAIGNS", str(folder))
    settings.cache_clear()
    text = (folder / "spring" / "scenario.yml").read_text()
    with connect() as connection:
        company(connection)
        connection.execute("insert into segments.segment_history values ('c', 'new_customers', 'entered', $noon)", {"noon": NOON})
    run.evaluate(NOON + timedelta(hours=2))
    for written, held in ((text[: text.index("steps:") + 9], 1), (text, 0)):
        (folder / "spring" / "scenario.yml").write_text(written)
        with connect() as connection:
            assert withdrawn(connection, NOON + timedelta(hours=3)) == 0
            assert connection.execute("select count(*) from not_now").fetchone() == (held,)
    (folder / "spring" / "scenario.yml").write_text(text.replace("status: live", "status: paused"))
    with connect() as connection:
        assert withdrawn(connection, NOON + timedelta(hours=3)) == 1


@pytest.mark.parametrize("gone", ["intermediate.int_reactions", "marts.consent_history", "landing.files"])
def test_a_warehouse_of_an_earlier_version_is_told_what_to_run(data, monkeypatch, gone):
    monkeypatch.setattr(run, "sound_files", lambda tell: ([LETTER], POLICY))
    with connect() as connection:
        company(connection)
        connection.execute(f"drop table {gone}")
    with pytest.raises(Told, match=r"earlier version\. Run `svod run` first"):
        run.evaluate(NOON)
    with connect() as connection:
        company(connection)
    assert run.evaluate(NOON + timedelta(hours=1)).decisions == 1


def test_a_scenario_with_an_error_is_told_of_and_left_out_and_an_error_of_the_policy_stops_all(data, tmp_path, monkeypatch):
    folder = scenario(tmp_path / "campaigns", spoiled("event: {event: cart_updated}", "segment: new_customers"))
    scenario(
        folder,
        spoiled("event: {event: cart_updated}", "segment: new_customers").replace("spring", "wrong").replace("approved_by: Head of marketing\n", ""),
        "wrong",
    )
    monkeypatch.setenv("SVOD_CAMPAIGNS", str(folder))
    settings.cache_clear()
    with connect() as connection:
        company(connection)
        connection.execute("insert into segments.segment_history values ('c', 'new_customers', 'entered', $noon)", {"noon": NOON})
    done = CliRunner().invoke(app, ["campaigns", "tick", "--at", f"{NOON + timedelta(hours=2)}"])
    assert done.exit_code == 0
    assert "wrong is not evaluated: campaigns/wrong/scenario.yml:4: error: A live marketing scenario names nobody who approved it" in done.output
    with connect() as connection:
        assert connection.execute("select scenario from communications.entries").fetchall() == [("spring",)]
    (folder / "policy.yml").write_text("time_zone: Europe/Moskow\n")
    stopped = CliRunner().invoke(app, ["campaigns", "tick", "--at", f"{NOON + timedelta(hours=4)}"])
    assert stopped.exit_code == 2
    assert "there is no time zone" in stopped.output.lower()


def test_a_column_that_marts_had_not_yet_is_said_in_the_same_words(data):
    with connect() as connection:
        company(connection)
        connection.execute("alter table marts.customer_channels drop column is_processing_forbidden")
        with pytest.raises(inputs.MartsTooOld, match="channels"):
            inputs.show(connection, NOON, POLICY)
