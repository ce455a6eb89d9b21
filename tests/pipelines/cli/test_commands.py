"""What people see of `svod`: exit codes, one line with a remedy instead of a traceback, help that teaches, no personal data on the screen."""

import os
import re
import subprocess
import sys
from datetime import datetime

import duckdb
import pytest
from pydantic import BaseModel
from typer.testing import CliRunner

from pipelines.cli import app, demo_environment
from pipelines.fingerprint import Fingerprint
from pipelines.publish import publish
from pipelines.settings import PROJECT, Settings, settings
from pipelines.sources.landing import land
from pipelines.told_errors import told
from pipelines.warehouse import connect

COMMANDS = (
    ["run"],
    ["dev"],
    ["docs"],
    ["doctor"],
    ["sources", "list"],
    ["sources", "check"],
    ["sources", "add"],
    ["sources", "pull"],
    ["identity", "evaluate"],
    ["identity", "train"],
    ["identity", "plan"],
    ["identity", "apply"],
    ["identity", "explain"],
    ["identity", "review"],
    ["privacy", "erase"],
    ["privacy", "export"],
    ["privacy", "retention"],
    ["privacy", "register"],
    ["segments", "list"],
    ["segments", "preview"],
    ["segments", "why"],
    ["segments", "lookalike"],
    ["campaigns", "list"],
    ["campaigns", "check"],
    ["campaigns", "words"],
    ["campaigns", "picture"],
    ["campaigns", "schema"],
    ["campaigns", "preview"],
    ["campaigns", "golden"],
    ["campaigns", "tick"],
    ["campaigns", "simulate"],
    ["campaigns", "why"],
    ["campaigns", "upcoming"],
    ["campaigns", "send"],
    ["campaigns", "collect"],
    ["campaigns", "results"],
    ["campaigns", "audiences"],
    ["demo", "answer"],
    ["publish", "list"],
    ["publish", "rollback"],
)
ORDERS = "order_id,ordered_at,email,sku,quantity\n"


@pytest.fixture
def svod(data, monkeypatch):
    """Runs a command as typed; gives its exit code and what the screen shows."""
    monkeypatch.setenv("SVOD_DBT_TARGET", str(data / "target"))

    def typed(*words: str) -> tuple[int, str]:
        settings.cache_clear()
        result = CliRunner(env={"COLUMNS": "300"}).invoke(app, list(words))
        return result.exit_code, result.output

    return typed


def put(data, name: str, text: str) -> None:
    path = data / "inbox" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_help_of_every_command_shows_an_example(svod, command):
    code, screen = svod(*command, "--help")
    assert code == 0
    assert "Example" in screen and f"svod {' '.join(command)}" in screen.split("Example")[1]


def test_help_starts_without_loading_the_warehouse_dbt_or_dagster():
    loaded = "import sys, pipelines.cli; print(sorted({'duckdb', 'dlt', 'dbt', 'dagster', 'splink', 'pyarrow', 'pydantic', 'fsspec'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", loaded], cwd=PROJECT, capture_output=True, text=True).stdout.strip() == "[]"


def test_a_healthy_machine_passes_the_doctor_and_secrets_stay_hidden(svod, monkeypatch):
    monkeypatch.setenv("SVOD_INBOX_OPTIONS", '{"secret": "opensesame"}')
    monkeypatch.setenv("SVOD_INBOX", "memory://anna:opensesame@exports/all")
    monkeypatch.setenv("SVOD_SENDING__EMAIL__PASSWORD", "opensesame")
    monkeypatch.setenv("SVOD_SENDING__EMAIL__HOST", "smtp.example.com")
    code, screen = svod("doctor")
    assert code == 0
    assert "inbox_options" in screen and "secret (environment)" in screen
    assert "email.host = smtp.example.com" in screen and "memory://…@exports/all" in screen
    assert "opensesame" not in screen and "anna" not in screen


def test_the_doctor_says_of_groups_of_settings_only_what_was_set(svod):
    code, screen = svod("doctor")
    assert code == 0
    groups = [field for field in Settings.model_fields.values() if isinstance(field.default, BaseModel)]
    assert len(re.findall("nothing set", screen)) == len(groups) >= 3
    assert "None" not in screen


def test_the_doctor_says_when_another_process_holds_the_warehouse(svod, data):
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    holder = subprocess.Popen([sys.executable, "-c", hold, str(settings().warehouse)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline() == "held\n"
        code, screen = svod("doctor")
        assert code == 3
        assert "in use by another process" in screen and "Wait for the run to end" in screen
        with pytest.raises(duckdb.IOException) as refused, connect():
            pass
        assert told(refused.value) == (3, "The warehouse is in use by another process. Wait for the run to end, or close the program that has it open.")
    finally:
        holder.communicate("")
    assert svod("doctor")[0] == 0


def test_the_doctor_says_which_line_of_the_identifier_types_is_wrong(svod, monkeypatch, tmp_path):
    from pipelines.identity import identifier_types

    file = tmp_path / "identifier_types.csv"
    file.write_text("identifier_type,veto,shared_by_more_than\nany,never,5\nemail,never,few\n")
    monkeypatch.setattr(identifier_types, "FILE", file)
    code, screen = svod("doctor")
    assert code == 3
    assert "line 3: shared_by_more_than must be a whole number from 1" in " ".join(screen.split())


def test_the_doctor_says_which_decision_of_a_steward_cannot_be_obeyed(svod, monkeypatch, tmp_path):
    from pipelines.identity import decisions

    file = tmp_path / "identity_overrides.csv"
    file.write_text(f"{','.join(decisions.COLUMNS)}\nmustlink,a,b,one person,maria,2026-01-05\n")
    monkeypatch.setattr(decisions, "FILE", file)
    code, screen = svod("doctor")
    assert code == 3
    assert "identity_overrides.csv, line 2: an action is one of must_link, cannot_link" in " ".join(screen.split())


def test_the_doctor_says_when_the_inbox_cannot_be_reached(svod, monkeypatch):
    monkeypatch.setenv("SVOD_INBOX", "nosuchsystem://exports")
    code, screen = svod("doctor")
    assert code == 3
    assert "Check the address" in screen


def test_an_empty_inbox_is_said_and_is_no_error(svod, data):
    code, screen = svod("run")
    assert code == 0
    assert "The inbox is empty" in screen and "svod run --demo" in screen
    assert not settings().warehouse.exists()


def test_every_source_is_listed_with_the_way_to_its_files(svod):
    from pipelines.sources.registry import presets

    code, screen = svod("sources", "list")
    assert code == 0
    assert [preset.name for preset in presets().values() if preset.name not in screen or preset.title not in screen] == []


def test_the_check_names_line_reason_and_remedy_but_no_value_and_loads_nothing(svod, data):
    put(data, "orders/good.csv", ORDERS + "A1,2025-01-02 10:00:00,anna@example.com,S-1,1\n")
    put(data, "orders/broken.csv", ORDERS + "A2,2025-01-02 10:00:00,boris@example.com,S-1,1\nA3,2025-01-02,secret@example.com\n")
    put(data, "nobody/people.csv", "name\nVera\n")
    code, screen = svod("sources", "check")
    assert code == 4
    lines = {word: line for word in ("good.csv", "broken.csv", "people.csv") for line in screen.splitlines() if word in line}
    assert " ok " in lines["good.csv"] and "order_lines" in lines["good.csv"]
    assert " partly " in lines["broken.csv"] and "line 3:" in lines["broken.csv"]
    assert " no " in lines["people.csv"] and "no source is called nobody" in lines["people.csv"]
    assert "svod sources add" in screen
    assert "3 files, 1 would be refused" in screen
    assert not [value for value in ("anna@", "boris@", "secret@", "Vera") if value in screen]
    assert not settings().warehouse.exists()


def test_the_check_knows_files_that_have_landed_already(svod, data):
    put(data, "orders/good.csv", ORDERS + "A1,2025-01-02 10:00:00,anna@example.com,S-1,1\n")
    land(datetime(2026, 1, 1))
    code, screen = svod("sources", "check")
    assert code == 0
    assert " again " in screen


def test_versions_are_listed_and_the_arrow_follows_the_rollback(svod, data):
    assert svod("publish", "list") == (0, "Nothing is published yet: svod run publishes the first version.\n")
    with connect() as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.customers as select 'c_1' as customer_id")
    first, second = (publish(datetime(2026, 1, day), Fingerprint(str(day), "code", "2026-01-01")) for day in (1, 2))
    assert arrow(svod) == second.version
    assert svod("publish", "rollback", "000099-nothing")[0] == 3
    assert arrow(svod) == second.version
    code, screen = svod("publish", "rollback")
    assert code == 0 and first.version in screen
    assert arrow(svod) == first.version
    code, screen = svod("publish", "rollback")
    assert code == 3 and "there is no earlier version" in screen


def arrow(svod) -> str:
    """The version that the list marks."""
    marked = [line for line in svod("publish", "list")[1].splitlines() if "→" in line]
    assert len(marked) == 1
    return marked[0].split("│")[2].strip()


@pytest.mark.parametrize(
    ("words", "environment", "code", "told"),
    [
        (["docs"], {}, 3, "No site yet"),
        (["doctor"], {"SVOD_THREADS": "many"}, 3, "Setting threads"),
        (["run"], {"SVOD_INBOX_OPTIONS": "{not json"}, 3, "inbox_options"),
        (["sources", "check"], {"SVOD_INBOX": "nosuchsystem://exports"}, 3, "cannot be listed"),
        (["run"], {"SVOD_INBOX": "nosuchsystem://exports"}, 3, "cannot be listed"),
        (["sources", "pull", "hubspot"], {}, 3, "SVOD_HUBSPOT_TOKEN"),
        (["sources", "pull", "abacus"], {}, 2, "Only hubspot"),
        (["run", "--run-at", "yesterday"], {}, 2, "--run-at"),
        (["publish", "rollback"], {}, 3, "there is no earlier version"),
    ],
)
def test_an_error_is_told_in_a_line_with_a_remedy_and_never_as_a_traceback(data, words, environment, code, told):
    base = {name: value for name, value in os.environ.items() if not name.startswith("SVOD_")} | {"SVOD_DATA": str(data), "COLUMNS": "200"}
    run = subprocess.run([sys.executable, "-m", "pipelines.cli", *words], cwd=PROJECT, env=base | environment, capture_output=True, text=True)
    screen = run.stdout + run.stderr
    assert run.returncode == code, screen
    assert told in screen
    assert "Traceback" not in screen and "many" not in screen and "{not json" not in screen


def test_a_setting_nobody_knows_is_named(svod, data, monkeypatch):
    (data / "svod.toml").write_text('colour = "red"\n')
    monkeypatch.setitem(type(settings()).model_config, "toml_file", data / "svod.toml")
    code, screen = svod("doctor")
    assert code == 3
    assert "Setting colour: no such setting" in screen and "red" not in screen


def test_the_demo_company_has_a_folder_of_its_own_and_is_written_once(data, monkeypatch):
    monkeypatch.setenv("SVOD_INBOX", "s3://exports")
    settings.cache_clear()
    environment = demo_environment(people=20)
    assert environment == {"SVOD_DATA": str(data / "demo"), "SVOD_INBOX": str(data / "demo" / "inbox"), "SVOD_INBOX_OPTIONS": "{}"}
    written = {path: path.stat().st_mtime_ns for path in (data / "demo").rglob("*") if path.is_file()}
    assert written
    assert demo_environment(people=30) == environment
    assert {path: path.stat().st_mtime_ns for path in (data / "demo").rglob("*") if path.is_file()} == written
    assert not (data / "inbox").exists()
