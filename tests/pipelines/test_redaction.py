"""Error messages: what DuckDB really says, without the value it says it about."""

import json
import os
import subprocess
import sys
import traceback

import duckdb
import pytest

from orchestration.runs import PARENT
from pipelines.redaction import plain
from pipelines.settings import PROJECT
from pipelines.sources.report import Refusal
from pipelines.warehouse import connect

MISHAPS = [
    "select cast('anna.smirnova@example.ru' as integer)",
    """select cast('{bad Smirnova' as json)""",
    """select json_extract('{"a": Smirnova', '$.a')""",
    "select cast(79160000001 as integer)",
    """select cast('Smirnova"s o''clock' as date)""",
    "select strptime('1990-99-12 Smirnova', '%Y-%m-%d')",
    "create table once (a varchar primary key); insert into once values ('anna.smirnova@example.ru'), ('anna.smirnova@example.ru')",
    "select error('anna.smirnova@example.ru is wrong')",
    "select 'Smirnova'::enum('a', 'b')",
    "create table once (a integer primary key, b varchar check (length(b) > 90)); insert into once values ('Smirnova', 'x')",
    "create table once (a varchar primary key); create table two (a varchar references once(a)); insert into two values ('Smirnova')",
    "select strptime('Smirnova', '%Y')",
    # About the code, and yet with a value in it: in the piece of the query that DuckDB shows, or as the name it did not find.
    "select nope from (select 'Smirnova' as a) where nope = 'Smirnova'",
    'select 1 as a where a = "Smirnova"',
    'select 1 as a where a = "anna.smirnova@example.ru"',
    "select no_such_function('Smirnova')",
    """select * from "anna.smirnova@example.ru" """,
    "select {'a': 1}['Smirnova']",
    "select 'O'Smirnova' from once",
    "select 'a' 'Smirnova'",
    "select (select 'Smirnova', 1)",
]


@pytest.mark.parametrize("mishap", MISHAPS)
def test_an_error_of_the_warehouse_names_its_kind_and_nobodys_value(data, mishap):
    with pytest.raises(duckdb.Error) as raw:
        duckdb.connect().execute(mishap)
    assert any(value in str(raw.value) for value in ("Smirnova", "smirnova", "79160000001")), "DuckDB itself must have quoted it"
    with pytest.raises(duckdb.Error) as told, connect() as connection:
        connection.execute(mishap)
    shown = "".join(traceback.format_exception_only(told.value))
    assert type(told.value) is type(raw.value)
    assert "Error" in shown
    assert not [value for value in ("Smirnova", "smirnova", "79160000001", "1990") if value in shown], shown


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        ("select nope from (select 1 as a)", 'Referenced column "nope" not found in FROM clause!\nCandidate bindings: "a"'),
        ("select * from stg_nope", "Table with name stg_nope does not exist"),
        ("select no_such_function(1)", "Scalar Function with name no_such_function does not exist"),
        ("create table once (a integer not null); insert into once values (null)", "NOT NULL constraint failed: once.a"),
        ("attach '/nowhere/at_all.db' as other (read_only)", "/nowhere/at_all.db"),
    ],
)
def test_an_error_about_the_code_or_a_file_stays_readable(data, mistake, words):
    with pytest.raises(duckdb.Error) as told, connect() as connection:
        connection.execute(mistake)
    assert words in str(told.value)


def test_of_other_errors_only_the_kind_is_told_unless_it_is_ours_or_the_systems():
    assert plain(ValueError("Smirnova is no number")) == "ValueError"
    assert plain(Refusal("the file is empty", "export it again")) == "the file is empty"
    assert plain(FileNotFoundError(2, "No such file or directory", "smirnova.csv")) == "FileNotFoundError: No such file or directory"
    assert plain(duckdb.ConversionException("Conversion Error: Could not convert string 'Smirnova' to INT32\n\nLINE 1: x")) == (
        "Conversion Error: Could not convert string *** to INT32"
    )


def test_dbt_tells_of_a_failed_cast_without_the_value(data, tmp_path):
    project = tmp_path / "project"
    (project / "models").mkdir(parents=True)
    (project / "dbt_project.yml").write_text("name: small\nprofile: svod\nversion: 1.0.0\n")
    (project / "models/broken.sql").write_text("{{ config(materialized='table') }} select cast(upper('smirnova') as integer) as number")
    target = tmp_path / "target"
    environment = os.environ | {
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(target),
        PARENT: str(os.getpid()),
        "DBT_PROFILES_DIR": str(PROJECT),
        "PYTHONPATH": str(PROJECT),
    }
    command = [sys.executable, "-m", "orchestration.dbt_child", "--log-level-file", "none", "run", "--project-dir", str(project)]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert done.returncode == 1 and "Conversion Error" in done.stdout, done.stdout + done.stderr
    written = done.stdout + done.stderr + json.dumps(json.loads((target / "run_results.json").read_text())["results"][0]["message"])
    assert "SMIRNOVA" not in written and "nanobind" not in written
