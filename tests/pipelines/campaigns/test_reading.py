"""Scenario files: no surprise of YAML, and every refusal says file, line, what is wrong and what to do."""

from datetime import time, timedelta

import pytest
from scenario_folders import GOOD, scenario, spoiled

from pipelines.campaigns.findings import Refused
from pipelines.campaigns.reading import definition, definition_hash, read
from pipelines.campaigns.schema import Policy, Scenario
from pipelines.campaigns.yaml_text import read_yaml


def values(tmp_path, text: str):
    path = tmp_path / "a.yml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_yaml(path, "a.yml")[0]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("10:00", "10:00"),
        ("21:30:15", "21:30:15"),
        ("on", "on"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("True", "True"),
        ("true", True),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        ("9" * 5000, "9" * 5000),
        ("2026-01-31", "2026-01-31"),
        ("2026-01-31 10:00:00", "2026-01-31 10:00:00"),
        ("12", 12),
        ("-0.5", -0.5),
        (".5", 0.5),
        ("'12'", "12"),
        ("null", None),
        ("~", None),
        ("", None),
        ("=", "="),
        ("Щётка", "Щётка"),
    ],
)
def test_a_value_is_read_as_it_looks(tmp_path, written, read_as):
    assert values(tmp_path, f"key: {written}\n") == {"key": read_as}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "the key `a` stands here twice, first in line 1"),
        ("a: {b: 1, b: 2}\n", 1, "the key `b` stands here twice"),
        ("a: &x 1\nb: *x\n", 1, "anchors"),
        ("a: 1\n<<: {b: 1}\n", 2, "a key is one plain word"),
        ("? [1, 2]\n: 3\n", 1, "a key is one plain word"),
        ("a: !!python/object/apply:os.system ['true']\n", 1, "tags with `!` are not used"),
        ("a: !secret x\n", 1, "tags with `!` are not used"),
        ("a:\n\t- b\n", 2, "a tab where only spaces may indent"),
        ("a: [1, 2\nb: 3\n", 2, "this is no YAML"),
        ("a: 1\n---\nb: 2\n", 2, "this is no YAML"),
        (b"a: 1\nb: \xcf\xf0\xe8\n", 2, "the file is not UTF-8"),
        ("a: \x07\n", 1, "a character that no text has"),
        ("[" * 1200, 1, "nested too deeply"),
    ],
)
def test_what_could_be_misread_is_refused_with_its_line(tmp_path, text, line, words):
    with pytest.raises(Refused) as refusal:
        values(tmp_path, text)
    (finding,) = refusal.value.findings
    assert (finding.file, finding.line) == ("a.yml", line)
    assert words in finding.told()[0].lower() or words in finding.told()[0]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("status: live", "stauts: live", 4, ("There is no key `stauts` here", "status")),
        ("wait: {until: [", "wait: {untill: [", 12, ("There is no key `untill` here", "until")),
        ("version: 2\n", "", 1, ("`version` is missing in", "add it")),
        (", for: 2d}", "}", 12, ("`for` is missing in steps.2.wait", "")),
        ("channel: sms", "channel: fax", 14, ("steps.3.send.channel: this is none of the values known", "email, sms, messenger, web_push")),
        ("for: 2d", "for: 2 days", 12, ("steps.2.wait.for: a duration is a number and m, h, d or w: 30m, 2h, 7d", "")),
        ("for: 2d", "for: 99999999w", 12, ("a duration is a number", "")),
        ("for: 2d", "for: 9999999w", 12, ("a duration is ten years at most", "")),
        ("for: 2d}", "for: 2d, to: 600}", 12, ("a time of day is written 09:30", "")),
        ("version: 2", "version: two", 2, ("version: input should be a valid integer", "")),
        ("scenario: spring", "scenario: summer", 1, ("The scenario calls itself `summer`, its folder `spring`", "")),
        ("go: end", "go: nowhere", 11, ("step `pause` leads to `nowhere`, which is no step", "hello, pause, again, end")),
        ("entry:", "entry:\n  reentry: sometimes", 7, ("once, always or {after: 7d} is expected", "")),
        ("entry:", "entry:\n  segment: new_customers", 6, ("an entry is exactly one of event, segment, schedule, date", "")),
        ("template: hello}\n  - id: pause", "template: ../../etc}\n  - id: pause", 10, ("this is no name", "")),
        ("title: {en: Spring, ru: Весна}", "title: Spring", 3, ("title: ", "")),
    ],
)
def test_a_mistake_is_told_with_line_key_and_remedy(tmp_path, old, new, line, said):
    found = read(scenario(tmp_path, spoiled(old, new)))
    assert list(found.files) == []
    texts = [(finding.line, *finding.told()) for finding in found.refused["spring"]]
    assert [one for one in texts if one[0] == line and said[0].lower() in one[1].lower() and said[1] in one[3]], texts


def test_the_russian_words_are_there_for_every_finding(tmp_path):
    found = read(scenario(tmp_path, spoiled("for: 2d", "for: 2 days")))
    what, _, remedy = found.refused["spring"][0].told(russian=True)
    assert what == "steps.2.wait.for: длительность — число и m, h, d или w: 30m, 2h, 7d"
    assert remedy.startswith("исправьте")


def test_one_broken_scenario_never_stops_the_others(tmp_path):
    scenario(tmp_path, GOOD.replace("spring", "good"), "good")
    scenario(tmp_path, "a: [", "broken")
    (tmp_path / "empty").mkdir()
    (tmp_path / "shared").mkdir()
    (tmp_path / ".git").mkdir()
    found = read(tmp_path)
    assert [one.scenario for one in found.scenarios] == ["good"]
    assert {name: findings[0].code for name, findings in found.refused.items()} == {"broken": "not_yaml", "empty": "no_scenario_file"}


def test_no_folder_is_no_scenario_and_the_default_policy(tmp_path):
    found = read(tmp_path / "nothing")
    assert (found.scenarios, found.policy) == ([], Policy())


def test_a_policy_that_cannot_be_read_stops_everything(tmp_path):
    scenario(tmp_path)
    (tmp_path / "policy.yml").write_text("time_zone: UTC\nquiet_hours: {from: 21, to: 9}\n")
    with pytest.raises(Refused, match=r"policy.yml:2: error: Quiet_hours.from: a time of day is written 09:30"):
        read(tmp_path)


def test_times_of_the_policy_are_times(tmp_path):
    (tmp_path / "policy.yml").write_text("quiet_hours: {from: 21:00, to: 09:00}\nlocales: [no, en]\n")
    policy = read(tmp_path).policy
    assert (policy.quiet_hours.from_, policy.quiet_hours.to, policy.locales) == (time(21), time(9), ["no", "en"])


def test_a_definition_that_was_kept_is_read_again_the_same(tmp_path):
    text = spoiled("for: 2d", "for: 90m, to: 10:00").replace(
        "version: 2", "version: 2\ngoal: {event: order_paid, within: 520w}\nquiet_hours: {from: 22:00, to: 08:00}"
    )
    (one,) = read(scenario(tmp_path, text)).scenarios
    assert one.steps[1].wait.for_ == timedelta(minutes=90)
    assert Scenario.model_validate_json(definition(one)) == one


def test_the_hash_follows_what_decides_and_nothing_else(tmp_path):
    split = "steps:\n  - id: arms\n    split: {arms: {a: 50, b: 50}, go: {a: hello, b: again}}"
    texts = {
        "base": GOOD.replace("steps:", split),
        "comments and layout": "# new\n" + GOOD.replace("steps:", split.replace("{a: 50, b: 50}", "{a:  50,  b:  50}")),
        "a default written out": GOOD.replace("steps:", split).replace("title:", "priority: 50\nholdout: {global: true}\ntitle:"),
        "who and when": GOOD.replace("steps:", split).replace("status: live", "status: paused").replace("Head of", "Some").replace("Spring", "Summer"),
        "order of arms": GOOD.replace("steps:", split.replace("{a: 50, b: 50}", "{b: 50, a: 50}")),
        "a longer wait": GOOD.replace("steps:", split).replace("2d", "3d"),
        "another template": GOOD.replace("steps:", split).replace("sms, template: hello", "sms, template: other"),
    }
    hashes = {}
    for number, (name, text) in enumerate(texts.items()):
        (one,) = read(scenario(tmp_path / str(number), text)).scenarios
        hashes[name] = definition_hash(one)
    same = {"comments and layout", "a default written out", "who and when"}
    assert {name for name, digest in hashes.items() if digest == hashes["base"]} == same | {"base"}
