"""The scenarios of the demo company are in order, are known to editors, and name what a run really makes."""

import json

import jsonschema
import pytest

from pipelines.campaigns.checks import check
from pipelines.campaigns.editor_schema import FILES, schemas
from pipelines.campaigns.phrases import EVENTS
from pipelines.campaigns.reading import definition, read
from pipelines.campaigns.schema import Policy, Scenario
from pipelines.campaigns.yaml_text import read_yaml
from pipelines.settings import PROJECT

CAMPAIGNS = PROJECT / "campaigns"
NAMES = ["abandoned_basket", "birthday", "high_value_audience", "newsletter", "win_back"]


def test_every_scenario_is_read_and_every_check_passes(tmp_path):
    pytest.importorskip("pipelines.messages")
    found = read(CAMPAIGNS)
    assert sorted(found.files) == NAMES
    assert [str(finding) for findings in check(found, tmp_path / "no.duckdb").values() for finding in findings] == []


def test_the_schemas_that_editors_use_are_current():
    """`svod campaigns schema` writes them anew."""
    assert {name: (CAMPAIGNS / name).read_text(encoding="utf-8") for name in FILES} == schemas()


@pytest.mark.parametrize("name", NAMES)
def test_an_editor_finds_no_mistake_and_knows_which_schema_to_use(name):
    path = CAMPAIGNS / name / "scenario.yml"
    assert path.read_text(encoding="utf-8").splitlines()[0] == "# yaml-language-server: $schema=../scenario.schema.json"
    jsonschema.validate(read_yaml(path)[0], json.loads(schemas()["scenario.schema.json"]), format_checker=jsonschema.FormatChecker())


def test_an_editor_finds_no_mistake_in_the_policy_and_finds_those_of_others():
    path, schema = CAMPAIGNS / "policy.yml", json.loads(schemas()["policy.schema.json"])
    assert path.read_text(encoding="utf-8").splitlines()[0] == "# yaml-language-server: $schema=policy.schema.json"
    given = read_yaml(path)[0]
    jsonschema.validate(given, schema)
    for wrong in ({"lateness": 60}, {"quiet_hours": {"from": 21, "to": "09:00"}}, {"holdout_share": 5}, {"quiet": {}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(given | wrong, schema)


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_that_was_kept_is_read_again_the_same(name):
    one = read(CAMPAIGNS).files[name].content
    assert Scenario.model_validate_json(definition(one)) == one


def test_every_event_named_is_one_that_the_demo_company_has():
    """Names as in marts.customer_timeline; `phrases` says them in words."""
    named = set()
    for one in read(CAMPAIGNS).scenarios:
        named |= {one.entry.event.event} if one.entry.event else set()
        named |= {
            listener.event
            for listener in [*one.exit, *([one.goal] if one.goal else []), *(guard for step in one.steps if step.wait for guard in step.wait.until)]
        }
    assert named - {None} <= set(EVENTS)


def test_the_policy_is_the_shape_that_the_file_has():
    assert read(CAMPAIGNS).policy == Policy.model_validate(read_yaml(CAMPAIGNS / "policy.yml")[0])
