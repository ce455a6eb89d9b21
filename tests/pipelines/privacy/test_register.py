"""The record of processing activities says what is held, how long and who gets it, of every raw table, in the reader's language."""

import csv
import json
import re

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.privacy import register, retention
from pipelines.settings import settings

NOBODY = register.WORDS["en"]["nobody"]


@pytest.fixture
def declared(data, dbt, monkeypatch) -> dict[str, dict[str, str]]:
    """The rows in English by system, as things are without any setting."""
    monkeypatch.setenv("SVOD_DBT_TARGET", str(dbt.parsed))
    return {row["system"]: row for row in register.activities("en")}


def test_every_raw_table_has_a_rule_for_how_long_it_is_kept_and_so_a_row(dbt):
    sources = json.loads((dbt.parsed / "manifest.json").read_text())["sources"].values()
    raw = {(source["source_name"], source["name"]) for source in sources if source["schema"].startswith("raw_")}
    assert len(raw) > 15
    assert {(rule.source, rule.table_name) for rule in retention.rules()} - {("landing", "quarantine")} == raw


def test_a_row_names_what_its_own_table_holds(declared):
    assert [system for system, row in declared.items() if "direct identifiers: " not in row["data"] and not system.startswith("landing")] == []
    for system, held, not_held in (
        ("HubSpot: contacts", {"email", "date_of_birth"}, {"deal_owner"}),
        ("HubSpot: deals", {"deal_owner"}, {"email", "date_of_birth"}),
        ("VK lead forms: leads", {"email", "phone", "full_name"}, set()),
        ("Yandex Metrica (Logs API): visits", {"client_id", "user_id"}, {"full_name", "birth_date"}),
        ("Google Analytics 4 (BigQuery export): events", {"user_pseudo_id"}, {"full_name", "birth_date"}),
    ):
        columns = set(re.findall(r"\w+", declared[system]["data"]))
        assert held <= columns and not not_held & columns, system


def test_whom_messages_and_audiences_go_to_is_told_as_it_is_set(declared, monkeypatch):
    assert {row["recipients"] for row in declared.values()} == {NOBODY}
    monkeypatch.setenv("SVOD_SENDING__EMAIL__HOST", "smtp.example.com")
    settings.cache_clear()
    assert register.recipients("en") == NOBODY, "nothing leaves in a dry run"
    monkeypatch.setenv("SVOD_SENDING__EMAIL__MODE", "live")
    monkeypatch.setenv("SVOD_SENDING__MESSENGER__MODE", "live")
    monkeypatch.setenv("SVOD_SENDING__MESSENGER__TOKEN", "opensesame")
    monkeypatch.setenv("SVOD_AUDIENCES__TARGETS", '{"birthday_soon": ["vk", "meta"], "vip_guests": ["vk"]}')
    settings.cache_clear()
    assert register.recipients("en") == "mail relay (smtp.example.com); messenger (api.telegram.org); ad platforms, hashed addresses (meta, vk)"
    told = {row["system"]: row["recipients"] for row in register.activities("en")}
    assert told.pop("landing: quarantine") == NOBODY and NOBODY not in told.values() and "opensesame" not in str(told)


def test_a_reader_of_russian_gets_russian_and_a_spreadsheet_that_opens(declared, tmp_path):
    _, table = register.write(tmp_path, "ru")
    with table.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    assert len(rows) == len(declared) and list(rows[0]) == [register.WORDS["ru"][name] for name in register.COLUMNS]
    written = {name: {row[name] for row in rows} for name in rows[0] if name not in ("Источник", "Категории персональных данных", "Срок хранения, дней")}
    assert [text for texts in written.values() for text in texts if re.search("[A-Za-z]", text.replace("Svod", "").replace("VK", ""))] == []


def test_before_the_models_were_read_there_is_no_register(data, tmp_path, monkeypatch):
    monkeypatch.setenv("SVOD_DBT_TARGET", str(data / "target"))
    result = CliRunner().invoke(app, ["privacy", "register", "--to", str(tmp_path / "register")])
    assert result.exit_code == 2 and "svod run" in result.output and not (tmp_path / "register").exists()
