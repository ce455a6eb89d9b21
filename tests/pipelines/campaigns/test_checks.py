"""Each check has a scenario that fails it, and says so in the right line; the good one has no finding."""

import duckdb
import pytest
from scenario_folders import GOOD, scenario, spoiled

from pipelines.campaigns.checks import check, passed
from pipelines.campaigns.findings import Refused, texts
from pipelines.campaigns.reading import definition, read
from pipelines.campaigns.tables import TABLES
from pipelines.settings import settings

LATE = "    send: {channel: sms, template: hello}"
LOOP = "    wait: {until: [{event: email_opened, of: [hello], go: end}], for: 2d}"
END = f"{LOOP}\n  - id: again\n{LATE}\n"
SENDS = "".join(f"  - {{id: m{number}, send: {{channel: email, template: hello}}}}\n" for number in range(1, 5))
ARMS = "  - {id: arms, split: {arms: {a: 1, b: 1, c: 1, d: 1, e: 1}, go: {a: hello, b: hello, c: hello, d: hello, e: end}}}\n"
ARM = "    split: {arms: {one: 1, two: 1, rest: 8}, go: {one: hello, two: again, rest: pause}}\n"
WINNER = f"""  - id: try
{ARM}  - id: hello
    send: {{channel: email, template: hello}}
    next: end
  - id: pause
    wait: {{for: 2d}}
  - id: better
    winner: {{of: try, by: clicked}}
  - id: again
    send: {{channel: sms, template: hello}}
"""
BETTER = GOOD[: GOOD.index("  - id: hello")] + WINNER
NIGHT = "quiet_hours: {from: 21:00, to: 09:00}\n"

CASES = {
    # code: (what is changed, into what, the line of the finding, words of it)
    "dead_step": ("    wait: {until", "    next: end\n    wait: {else: end, until", 14, "step `again` is never reached"),
    "no_end": (END, END.replace("go: end", "go: again") + "    next: pause\n    max_visits: 5", 11, "from step `pause` the end cannot be reached"),
    "loop_without_wait": (
        LATE,
        f"{LATE}\n    next: twice\n  - {{id: twice, send: {{channel: sms, template: hello}}, next: again}}",
        13,
        "the loop again, twice has no wait",
    ),
    "loop_without_visits": (LATE, f"{LATE}\n    next: pause", 11, "step `pause` is in a loop and has no `max_visits`"),
    "of_no_send": ("of: [hello]", "of: [pause]", 12, "`of` names `pause`, which is no step that sends"),
    "of_later": ("of: [hello]", "of: [again]", 12, "step `pause` listens for answers to `again`, which never comes before it"),
    "of_without_message": ("event: email_opened, of: [hello]", "delivery: failed", 12, "`delivery: failed` without `of`"),
    "of_in_vain": ("event: email_opened, of", "segment_left: new_customers, of", 12, "`of` has no meaning here"),
    "no_time_to_listen": ("for: 2d", "for: 0m", 12, "step `pause` listens for no time at all"),
    "condition_column": ("event: cart_updated", "event: cart_updated, where: amont > 5", 7, "`amont` is no column of the event"),
    "condition_clock": ("of: [hello]", "where: occurred_at > now()", 12, "is a clock or chance"),
    "condition_types": ("entry:", "entry:\n  where: given_name > 5", 7, "Cannot compare values"),
    "condition_not_sql": ("steps:", "exit: [{event: order_paid, where: 'amount >'}]\nsteps:", 8, "this is not one expression"),
    "unknown_segment": ("entry:\n  event: {event: cart_updated}", "entry:\n  segment: new_customer", 7, "there is no segment `new_customer`"),
    "not_a_date": ("event: {event: cart_updated}", "date: {attribute: birth_year}\n  reentry: always", 7, "`birth_year` is no date of the customer"),
    "not_a_worth": ("steps:", "goal: {event: order_paid, value: channel}\nsteps:", 8, "goal: `channel` is no number of the event"),
    "unknown_endpoint": (LATE, "    webhook: {endpoint: crm}", 14, "step `again` tells `crm`, which the settings here do not have"),
    "unknown_scenario": (LATE, "    enter: summer", 14, "enters the scenario `summer`, which is not there"),
    "enter_circle": (LATE, "    enter: spring", 14, "scenarios enter each other in a circle: spring → spring"),
    "no_template": ("sms, template: hello", "sms, template: bye", 14, "there is no folder templates/bye"),
    "unapproved": ("approved_by: Head of marketing\n", "", 4, "names nobody who approved it"),
    "many_arms": ("steps:\n", f"steps:\n{ARMS}", 9, "the experiment `arms` has 5 arms"),
    "quiet_expires": ("sms, template: hello", "sms, template: hello, expires_after: 2h", 13, "expires after 2 hours, but quiet hours last 12 hours"),
    "quiet_same": ("steps:", "quiet_hours: {from: 09:00, to: 09:00}\nsteps:", 8, "quiet hours from 09:00 to 09:00"),
    "audience_one_of": (LATE, "    audience: {}", 13, "either added to or removed from"),
    "audience_purpose": (LATE, "    audience: {add: best}", 13, "hands people to an advertising platform, but the purpose is marketing"),
    "send_purpose": ("status: live", "status: live\npurpose: ads_matching", 10, "sends a message, but the purpose is ads_matching"),
    "exit_one_of": ("steps:", "exit: [{event: order_paid, segment_left: new_customers}]\nsteps:", 8, "an exit is one of"),
    "rrule": (
        "event: {event: cart_updated}",
        "schedule: {at: 2026-01-31 10:00, segment: new_customers, rrule: FREQ=HOURLY}\n  reentry: always",
        7,
        "more often than daily",
    ),
    "once_only": ("event: {event: cart_updated}", "date: {attribute: birth_date}", 6, "never enters a second time"),
    "holdout_transactional": ("status: live", "status: live\npurpose: transactional\nholdout: {share: 0.1}", 6, "holds 10% of the people out"),
}


WINNERS = {
    # code: (what is changed, into what, the line of the finding, words of it)
    "winner_of_no_split": ("of: try", "of: hello", 17, "`winner` names `hello`, which is no split"),
    "winner_not_after": (
        "  - id: try\n",
        "  - {id: ask, wait: {until: [{where: age > 3, go: pause}], for: 0m}}\n  - id: try\n",
        18,
        "`better` can be come to without the split `try`",
    ),
    "winner_without_wait": ("rest: pause", "rest: better", 17, "between the split `try` and step `better` no time need pass"),
    "winner_before_answers": (
        "for: 2d",
        "for: 24h, to: 15:00",
        17,
        "between the split `try` and step `better` less time may pass than from one daily run to the next",
    ),
    "winner_of_few": ("two: again", "two: pause", 17, "of the arms of `try` fewer than two send at once: one"),
    "winner_again": ("    next: end\n", "", 16, "arm `one` sends and then comes to step `better`"),
    "winner_control": ("rest: pause}", "rest: pause}, control: rest", 17, "`control` of `try` is `rest`, the arm that waits"),
    "winner_without_goal": ("by: clicked", "by: converted", 17, "`by: converted` without a goal"),
    "winner_unopened": ("by: clicked", "by: opened", 17, "`by: opened`, but the arms send by sms too"),
}


def test_a_winner_that_can_be_told_has_no_finding(tmp_path):
    assert findings(scenario(tmp_path, BETTER)) == []


@pytest.mark.parametrize("steps, is_told", [
    ("  - {id: pause, wait: {for: 25h}}\n", True), ("  - {id: pause, wait: {for: 24h}}\n", False),
    ("  - {id: pause, wait: {for: 12h}}\n  - {id: night, wait: {for: 13h}}\n", True),
    ("  - {id: pause, wait: {for: 2d, until: [{event: order_paid, go: better}]}}\n", False),
    ("  - {id: pause, wait: {for: 2d, until: [{event: order_paid, go: night}]}}\n  - {id: night, wait: {for: 2d}}\n", True),
])  # fmt: skip
def test_a_winner_needs_a_daily_run_and_the_lateness_on_its_shortest_way(tmp_path, steps, is_told):
    """The messages of a test go out with the run after the split, and the lateness of the policy is an hour."""
    given = spoiled("  - id: pause\n    wait: {for: 2d}\n", steps, BETTER)
    found = findings(scenario(tmp_path, given))
    assert [(finding.code, finding.severity) for finding in found] == ([] if is_told else [("winner_before_answers", "warning")])


@pytest.mark.parametrize("code", WINNERS)
def test_a_winner_that_cannot_be_told_is_found(tmp_path, code):
    old, new, line, words = WINNERS[code]
    found = findings(scenario(tmp_path, spoiled(old, new, BETTER)))
    assert (code, line) in [(finding.code, finding.line) for finding in found]
    assert words in next(finding for finding in found if finding.code == code).told()[0]
    allowed = {
        "winner_without_wait": {"dead_step"},
        "winner_again": {"loop_without_visits"},
        "winner_of_few": {"dead_step"},
        "winner_of_no_split": {"dead_step"},
    }
    assert {finding.code for finding in found} - {code} <= allowed.get(code, set())


def findings(folder, name="spring", warehouse=None):
    """What is found, but for what the lint of templates says."""
    found = check(read(folder), warehouse or folder / "no.duckdb")[name]
    return [finding for finding in found if not finding.code.startswith("template")]


def test_the_good_scenario_has_no_finding(tmp_path):
    assert findings(scenario(tmp_path)) == []


@pytest.mark.parametrize("code", CASES)
def test_a_mistake_is_found_and_nothing_else_is(tmp_path, code):
    old, new, line, words = CASES[code]
    found = findings(scenario(tmp_path, spoiled(old, new)))
    assert (code, line) in [(finding.code, finding.line) for finding in found]
    assert words.lower() in next(finding for finding in found if finding.code == code).told()[0].lower()
    allowed = {"no_end": {"loop_without_visits"}, "audience_one_of": {"audience_purpose"}, "loop_without_wait": {"no_end", "loop_without_visits"}}
    assert {finding.code for finding in found} - {code} <= allowed.get(code, set())


def test_a_loop_through_a_state_is_a_loop_without_a_wait(tmp_path):
    """A condition can hold at once again and again, however long the wait may be."""
    text = spoiled(LOOP, LOOP.replace("event: email_opened, of: [hello], go: end", "where: orders_count > 1, go: pause") + "\n    max_visits: 9")
    assert [finding.code for finding in findings(scenario(tmp_path, text))] == ["loop_without_wait"]


def test_a_loop_with_a_wait_and_visits_is_in_order(tmp_path):
    assert (
        findings(scenario(tmp_path, spoiled(LOOP, LOOP.replace("for: 2d", "for: 2d, else: pause").replace("go: end", "go: again") + "\n    max_visits: 9")))
        == []
    )


@pytest.mark.parametrize(
    ("at", "steps", "code"),
    [
        ("22:00", "  - {id: hello, send: {channel: email, template: hello, expires_after: 2h}}\n", "quiet_never"),
        ("08:00", "  - {id: hello, send: {channel: email, template: hello, expires_after: 2h}}\n", "quiet_expires"),
        ("12:00", "  - {id: p, wait: {for: 1d, to: 23:00}}\n  - {id: hello, send: {channel: email, template: hello, expires_after: 2h}}\n", "quiet_never"),
        ("22:00", "  - {id: p, wait: {for: 1h}}\n  - {id: hello, send: {channel: email, template: hello, expires_after: 2h}}\n", "quiet_expires"),
        ("22:00", "  - {id: hello, send: {channel: email, template: hello, expires_after: 12h}}\n", None),
    ],
)
def test_what_always_falls_into_quiet_hours_and_expires_there_is_an_error(tmp_path, at, steps, code):
    entry = f"entry: {{date: {{attribute: birth_date, at: {at}}}, reentry: always}}\n{NIGHT}steps:\n"
    text = GOOD[: GOOD.index("entry:")] + entry + steps
    assert [finding.code for finding in findings(scenario(tmp_path, text))] == ([code] if code else [])


@pytest.mark.parametrize(
    ("caps", "between", "capped"),
    [
        ("[{name: week, within: 7d, at_most: 3}]", "", ["m4"]),
        ("[{name: week, within: 7d, at_most: 3}]", "  - {id: p, wait: {for: 7d}}\n", []),
        ("[{name: week, within: 7d, at_most: 3}]", "  - {id: p, wait: {until: [{event: order_paid, go: m4}], for: 6d, to: 10:00}}\n", []),
        ("[{name: week, within: 7d, at_most: 3}]", "  - {id: p, wait: {until: [{event: order_paid, go: m4}], for: 5d}}\n", ["m4"]),
        ("[{name: day, within: 1d, at_most: 1}]", "  - {id: p, split: {arms: {a: 1, b: 1}, go: {a: end, b: m4}}}\n", ["m2", "m3", "m4"]),
        ("[{name: sms, channels: [sms], within: 7d, at_most: 1}]", "", []),
        ("[{name: email, channels: [email, sms], within: 7d, at_most: 2}]", "", ["m3", "m4"]),
    ],
)
def test_a_step_that_a_cap_always_stops_is_found(tmp_path, caps, between, capped):
    m4 = SENDS.index("  - {id: m4")
    text = GOOD[: GOOD.index("  - id: hello")] + SENDS[:m4] + between + SENDS[m4:]
    folder = scenario(tmp_path, text)
    (folder / "policy.yml").write_text(f"caps: {caps}\n")
    assert [finding.values["step"] for finding in findings(folder) if finding.code == "capped_always"] == capped


def test_scenarios_that_enter_each_other_are_found_from_both_sides(tmp_path):
    for name, other in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")):
        scenario(tmp_path, f"{GOOD.replace('spring', name)}  - {{id: go_on, enter: {other}}}\n", name)
    found = check(read(tmp_path), tmp_path / "no.duckdb")
    assert {name: [one.values["circle"] for one in told if one.code == "enter_circle"] for name, told in found.items() if name != "policy"} == {
        "a": ["a → b → c → a"],
        "b": ["b → c → a → b"],
        "c": ["c → a → b → c"],
        "d": [],
    }


def test_an_endpoint_of_the_settings_is_in_order(data, tmp_path, monkeypatch):
    monkeypatch.setenv("SVOD_SENDING__WEBHOOK__ENDPOINTS", '{"crm": {"url": "https://crm.example.com/hook", "secrets": ["whsec_' + "AQEB" * 8 + '"]}}')
    settings.cache_clear()
    assert findings(scenario(tmp_path, spoiled(LATE, "    webhook: {endpoint: crm}"))) == []


def test_entering_a_scenario_that_is_asleep_is_a_warning(tmp_path):
    scenario(tmp_path, spoiled("status: live", "status: draft").replace("spring", "summer"), "summer")
    (found,) = findings(scenario(tmp_path, spoiled(LATE, "    enter: summer")))
    assert (found.code, found.is_error) == ("enter_asleep", False)


@pytest.mark.parametrize(
    ("policy", "code", "line"),
    [
        ("time_zone: Europe/Moskow\n", "time_zone", 1),
        ("lateness: 1h\nquiet_hours: {from: 10:00, to: 10:00}\n", "quiet_same", 2),
        ("locales: []\n", "no_locales", 1),
        ("caps:\n- {name: a, within: 1d, at_most: 1}\n- {name: a, within: 7d, at_most: 9}\n", "cap_twice", 3),
    ],
)
def test_a_mistake_of_the_policy_keeps_everything_from_being_evaluated(tmp_path, policy, code, line):
    (scenario(tmp_path) / "policy.yml").write_text(policy)
    assert [(finding.code, finding.line) for finding in findings(tmp_path, "policy")] == [(code, line)]
    with pytest.raises(Refused) as refusal:
        passed(read(tmp_path), tmp_path / "no.duckdb")
    assert [finding.code for finding in refusal.value.findings] == [code]


def test_only_live_scenarios_without_an_error_are_evaluated(tmp_path):
    scenario(tmp_path, GOOD.replace("spring", "good"), "good")
    scenario(tmp_path, spoiled("status: live", "status: draft").replace("spring", "draft"), "draft")
    scenario(tmp_path, spoiled("of: [hello]", "of: [again]").replace("spring", "wrong"), "wrong")
    scenario(tmp_path, spoiled("sms, template: hello", "sms, template: hello, expires_after: 2h").replace("spring", "warned"), "warned")
    scenario(tmp_path, "a: [", "broken")
    told: list[str] = []
    assert [one.scenario for one in passed(read(tmp_path), tmp_path / "no.duckdb", tell=told.append)] == ["good", "warned"]
    assert [words.split(" is not evaluated: ")[0] for words in told] == ["broken", "wrong"]
    assert "wrong/scenario.yml:12: error: Step `pause` listens for answers to `again`" in told[1]


def warehouse_with(path, *scenarios):
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create schema communications; create table communications.scenarios ({TABLES['scenarios']})")
        for one in scenarios:
            row = [one.scenario, one.version, "another hash", definition(one), one.purpose, one.priority, "2026-01-01"]
            connection.execute("insert into communications.scenarios values (?, ?, ?, ?, ?, ?, ?)", row)
        connection.execute("create schema marts; create table marts.customer_timeline as select unnest(['cart_updated', 'email_opened']) as event_name")
    return path


def test_a_change_takes_a_higher_version_once_the_scenario_was_evaluated(tmp_path):
    first = read(scenario(tmp_path / "first")).scenarios[0]
    warehouse = warehouse_with(tmp_path / "w.duckdb", first)
    assert findings(scenario(tmp_path / "same", spoiled("en: Spring", "en: Summer")), warehouse=warehouse) == []
    (found,) = findings(scenario(tmp_path / "changed", spoiled("for: 2d", "for: 3d")), warehouse=warehouse)
    assert found.told() == (
        "the scenario has changed, but is still version 2",
        "passes under way stay on the version that they began with",
        "write `version: 3`",
    )
    assert (found.code, found.line) == ("version_not_raised", 2)
    assert findings(scenario(tmp_path / "raised", spoiled("for: 2d", "for: 3d").replace("version: 2", "version: 3")), warehouse=warehouse) == []
    (found,) = findings(scenario(tmp_path / "behind", spoiled("version: 2", "version: 1")), warehouse=warehouse)
    assert found.code == "version_behind"


def test_an_event_that_never_happened_is_a_warning(tmp_path):
    warehouse = warehouse_with(tmp_path / "w.duckdb")
    (found,) = findings(scenario(tmp_path, spoiled("event: cart_updated", "event: cart_update")), warehouse=warehouse)
    assert (found.code, found.is_error, found.line) == ("unknown_event", False, 7)
    assert found.told()[2] == "perhaps: cart_updated"


def test_waiting_for_a_delivery_of_which_nobody_tells_is_a_warning(tmp_path):
    warehouse = warehouse_with(tmp_path / "w.duckdb")
    text = spoiled("event: email_opened, of: [hello], go: end", "delivery: delivered, of: [hello], go: end")
    (found,) = findings(scenario(tmp_path / "silent", text), warehouse=warehouse)
    assert (found.code, found.is_error, found.line) == ("untold_delivery", False, 12)
    assert "by email" in found.told()[0]
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("insert into marts.customer_timeline (event_name) values ('email_delivered')")
    assert findings(scenario(tmp_path / "told", text), warehouse=warehouse) == []


def test_every_finding_has_its_words_in_both_languages_with_the_same_values():
    import re

    for code, text in texts().items():
        if code != "said":
            english, russian = ({name for part in text[language] for name in re.findall(r"{(\w+)}", part)} for language in ("en", "ru"))
            assert english == russian, code
            assert text["severity"] in ("error", "warning")
            assert all(len(text[language]) == 3 for language in ("en", "ru"))
            assert any(re.search("[а-я]", part) for part in text["ru"]), code


def test_every_check_is_tried_here_or_in_reading():
    """A code that no test raises would be words that nobody has read."""
    from pathlib import Path

    tried = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    spoken = {"not_utf8", "not_yaml", "too_deep", "twice", "not_a_key", "no_anchors", "no_tags", "other_name", "unknown_key", "missing_key", "not_one_of"}
    spoken |= {
        "not_a_name",
        "wrong_value",
        "unknown_step",
        "condition_too_long",
        "condition_not_yes_or_no",
        "not_readable",
        "not_compared",
        "template",
        "template_hint",
    }
    assert [code for code in texts() if code not in spoken | {"said"} and f'"{code}"' not in tried] == []
