"""Error messages: what DuckDB really says, without the value it says it about."""

import json
import os
import subprocess
import sys
import traceback

import duckdb
import pytest

from orchestration.runs import PARENT
from pipelines.settings import PROJECT
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


def test_an_error_about_the_code_stays_readable(data):
    with pytest.raises(duckdb.BinderException, match='"nope" not found'), connect() as connection:
        connection.execute("select nope from (select 1 as a)")


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
