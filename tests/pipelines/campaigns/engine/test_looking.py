"""`svod campaigns simulate`, `upcoming` and `why`: what would happen, what will, and what became of a customer."""

import re
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.settings import settings
from pipelines.warehouse import connect
from tests.pipelines.campaigns.engine.test_inputs import NOON, company
from tests.pipelines.campaigns.scenario_folders import GOOD, scenario

TWO_MAILS = GOOD.replace("event: {event: cart_updated}", "segment: new_customers").replace("channel: sms", "channel: email")

TRIED = (
    TWO_MAILS[: TWO_MAILS.index("steps:")]
    + """steps:
  - id: try
    split: {arms: {one: 1, rest: 1000}, go: {one: again, rest: pause}}
  - id: pause
    wait: {for: 4h}
  - id: better
    winner: {of: try, by: clicked}
    next: end
  - id: again
    send: {channel: email, template: hello}
"""
)


@pytest.fixture
def svod(data, tmp_path, monkeypatch):
    """Runs a command on the warehouse of one customer, who came into `new_customers` at noon and gets a mail at once and another two days later."""
    monkeypatch.setenv("SVOD_CAMPAIGNS", str(scenario(tmp_path / "campaigns", TWO_MAILS)))
    settings.cache_clear()
    with connect() as connection:
        company(connection)
        connection.execute("insert into segments.segment_history values ('c', 'new_customers', 'entered', $noon)", {"noon": NOON})

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["campaigns", *words])
        return done.exit_code, re.sub(r"[\s│]+", " ", done.output)

    return run


def test_a_simulation_says_how_many_would_have_got_it_and_writes_nothing(svod):
    code, told = svod("simulate", "spring", "--from", f"{NOON - timedelta(hours=1)}", "--to", f"{NOON + timedelta(days=3)}")
    assert (code, told.count("goes out 2 1")) == (0, 1), told
    assert "1 passes of 1 customers would have begun" in told
    with connect() as connection:
        connection.execute("update marts.consent_history set state = 'withdrawn'; update marts.customer_channels set has_consent = false")
        assert connection.execute("select count(*) from duckdb_tables() where schema_name = 'communications'").fetchone() == (0,)
    code, told = svod("simulate", "spring", "--from", f"{NOON - timedelta(hours=1)}", "--to", f"{NOON + timedelta(days=3)}", "--ru")
    assert "нет согласия на рекламу по этому каналу 2 1" in told
    assert svod("simulate", "sprung", "--from", "2026-01-01", "--to", "2026-01-02") == (2, "No answer. There is no scenario 'sprung': there are spring. ")


def test_a_simulation_says_that_without_answers_the_first_arm_wins(svod, tmp_path):
    words = ("simulate", "spring", "--from", f"{NOON - timedelta(hours=1)}", "--to", f"{NOON + timedelta(days=3)}")
    assert "the first arm wins" not in svod(*words)[1]
    scenario(tmp_path / "campaigns", TRIED)
    code, told = svod(*words)
    assert (code, told.count("goes out 1 1")) == (0, 1), told
    assert "Nobody answers here, so the first arm wins." in told and "побеждает первая ветвь" in svod(*words, "--ru")[1]


def test_tomorrows_sends_are_seen_before_they_are_sent_those_planned_and_those_foreseen(svod):
    assert svod("upcoming")[0] == 2
    svod("tick", "--at", f"{NOON + timedelta(hours=2)}")
    assert "spring hello email 1 planned" in svod("upcoming")[1]
    assert "again" not in svod("upcoming")[1]
    told = svod("upcoming", "--days", "3")[1]
    assert "spring hello email 1 planned" in told and "spring again email 1 foreseen" in told
    with connect() as connection:
        assert connection.execute("select count(*) from communications.outbox").fetchone() == (1,)


def test_why_tells_each_step_each_message_and_what_kept_it_from_being_sent(svod):
    svod("tick", "--at", f"{NOON + timedelta(hours=2)}")
    told = svod("why", "c", "spring")[1]
    assert f"{NOON:%Y-%m-%d %H:%M} hello message asked for → pause" in told and "email, goes out, not before" in told
    with connect() as connection:
        (message_id,) = connection.execute("select message_id from communications.outbox").fetchone()
        connection.execute(
            """insert into communications.attempts by name select $one as message_id, 1 as attempt, 'b' as batch, 'email' as channel, 'live' as mode, $noon::timestamp as started_at,
               'failed' as outcome, 'render_error: email.ru.mjml, line 3: nothing of that name is known here' as diagnostic""",
            {"one": message_id, "noon": NOON},
        )
    assert "the message could not be written (email.ru.mjml, line 3: nothing of that name is known here)" in svod("why", "c", "spring")[1]
    assert "сообщение не удалось составить" in svod("why", "c", "spring", "--ru")[1]


def test_a_name_that_is_not_there_is_not_answered_as_though_it_were(svod):
    svod("tick", "--at", f"{NOON + timedelta(hours=2)}")
    assert svod("why", "c", "sprung") == (2, "No answer. There is no scenario 'sprung', and there never was: there are spring. ")
    assert svod("why", "nobody", "spring") == (2, "No answer. There is no customer 'nobody', and there never was. ")
