"""`svod campaigns …` as people type it: what it says, and the exit code."""

import xml.etree.ElementTree as ET

import pytest
from scenario_folders import GOOD, scenario, spoiled
from typer.testing import CliRunner

from pipelines.cli import app


@pytest.fixture
def svod(data, tmp_path, monkeypatch):
    """Runs a command on a folder of one good and one broken scenario."""
    folder = tmp_path / "campaigns"
    scenario(folder)
    scenario(folder, spoiled("for: 2d", "for: soon").replace("spring", "summer"), "summer")
    monkeypatch.setenv("SVOD_CAMPAIGNS", str(folder))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str):
        return CliRunner().invoke(app, ["campaigns", *words])

    run.folder = folder
    return run


def test_list_shows_the_broken_one_beside_the_good(svod):
    shown = svod("list")
    assert shown.exit_code == 0
    assert "Spring" in shown.output
    assert "something was put into the basket" in shown.output
    assert "cannot be read" in shown.output
    assert "Весна" in svod("list", "--ru").output


def test_check_fails_with_4_and_says_file_line_and_remedy(svod):
    shown = svod("check", "summer")
    assert shown.exit_code == 4
    assert "campaigns/summer/scenario.yml:12 error: Steps.2.wait.for: a duration is a number" in shown.output
    assert "docs/campaigns.md" in shown.output
    shown = svod("check", "summer", "--ru")
    assert "ошибка" in shown.output
    assert "1 ошибка" in shown.output
    assert svod("check").exit_code == 4


def test_check_tells_what_is_wrong_with_a_template_in_the_language_asked_for(svod):
    (svod.folder / "spring/templates/hello/sms.ru.txt").write_text("{{ c.given_nam }}")
    (svod.folder / "spring/templates/hello/subject.ru.txt").write_text("{% if %}")
    assert "sms.ru.txt, line 1: c.given_nam is no column of customer_360 (do you mean given_name?)" in svod("check", "spring").output
    russian = svod("check", "spring", "--ru").output
    assert "sms.ru.txt, строка 1: c.given_nam — такого столбца в customer_360 нет (может быть, given_name?)" in russian
    assert "subject.ru.txt, строка 1: {% if %}: ошибка записи Jinja" in russian


def test_check_of_one_that_is_in_order_passes(svod):
    pytest.importorskip("pipelines.messages")
    shown = svod("check", "spring")
    assert (shown.exit_code, shown.output) == (0, "All is in order.\n")


def test_a_name_that_is_not_there_is_answered_with_one_that_is(svod):
    for command in ("check", "words", "picture"):
        shown = svod(command, "sprung")
        assert (shown.exit_code, shown.output.strip()) == (2, "There is no scenario 'sprung'. Perhaps spring.")


def test_words_of_a_broken_scenario_are_its_findings(svod):
    assert svod("words", "spring", "--ru").output.startswith("Весна (spring, версия 2, действует, реклама)\n")
    assert svod("words", "summer").exit_code == 4


def test_a_broken_policy_is_told_and_stops_every_command(svod):
    (svod.folder / "policy.yml").write_text("caps: none\n")
    for command in (["list"], ["check"], ["words", "spring"]):
        shown = svod(*command)
        assert shown.exit_code == 4
        assert "campaigns/policy.yml:1 error: Caps:" in shown.output


def test_the_picture_is_a_page_or_an_svg(svod, tmp_path):
    assert svod("picture", "spring", "--to", str(tmp_path / "a.svg")).exit_code == 0
    assert ET.parse(tmp_path / "a.svg").getroot().tag == "{http://www.w3.org/2000/svg}svg"
    assert svod("picture", "spring", "--to", str(tmp_path / "a.html"), "--ru").exit_code == 0
    assert "Весна" in (tmp_path / "a.html").read_text()
    assert svod("picture", "spring", "--to", str(tmp_path / "a.png")).exit_code == 2


def test_the_schemas_are_written_beside_the_scenarios(svod):
    assert svod("schema").exit_code == 0
    assert {path.name for path in svod.folder.glob("*.json")} == {"scenario.schema.json", "policy.schema.json"}
    assert (svod.folder / "spring" / "scenario.yml").read_text() == GOOD.lstrip("\n")
