"""dbt's unit tests and the tests of our macros: they test code, not data, so they run here and not in the daily job."""

import json
import os
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.demo import write_company
from pipelines.identity import resolve_identity
from pipelines.settings import PROJECT
from pipelines.sources.landing import land


@pytest.fixture(scope="module")
def warehouse(module_data) -> Path:
    """Models must exist for their unit tests to know the columns' types: empty ones are enough."""
    write_company(module_data / "inbox", module_data / "truth", people=40, days=15, end="2026-01-01")
    land(datetime(2026, 1, 1, 6))
    assert dbt(module_data, "build", "--select", "+int_records", "+int_identifiers", "+int_links", "--resource-type", "model", "seed")
    resolve_identity(datetime(2026, 1, 1, 6))
    dbt(module_data, "seed")
    dbt(module_data, "run", "--empty")
    return module_data


def dbt(data: Path, *arguments: str) -> str:
    environment = os.environ | {"SVOD_DATA": str(data)}
    options = ["--profiles-dir", ".", "--target-path", str(data / "target"), "--log-path", str(data / "target"), "--log-level-file", "none"]
    done = subprocess.run([sys.executable, "-m", "dbt.cli.main", *arguments, *options], cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, "\n".join(line for line in done.stdout.splitlines() if "START" not in line and "PASS" not in line)[-6000:]
    return done.stdout


def passed(output: str) -> int:
    return int(re.search(r"Done\. PASS=(\d+) WARN=0 ERROR=0", output)[1])


def test_every_unit_test_of_a_model_passes(warehouse):
    expected = sum(path.read_text().count("    given:") for path in (PROJECT / "models").rglob("*.yml"))
    assert passed(dbt(warehouse, "test", "--select", "test_type:unit")) == expected > 100


def test_every_macro_reads_what_its_test_gives_it(warehouse):
    expected = len(list((PROJECT / "tests/dbt/macros").glob("*.sql")))
    assert passed(dbt(warehouse, "test", "--select", "path:tests/dbt/macros")) == expected > 10


def test_what_identity_writes_is_as_described(warehouse):
    """dbt builds no source, so the daily job asks this only of the marts that are made of them."""
    assert passed(dbt(warehouse, "test", "--select", "source:identity,test_type:generic")) > 60


SHAPES = {
    "records": "record_columns",
    "identifiers": "identifier_columns",
    "consent_events": "consent_event_columns",
    "suppressions": "suppression_columns",
    "events": "event_columns",
    "orders": "order_columns",
    "order_lines": "order_line_columns",
}


def test_every_source_gives_the_columns_of_a_shape_and_no_others_with_the_same_types(warehouse):
    inline = "{% set shapes = {" + ", ".join(f"'{shape}': {macro}()" for shape, macro in SHAPES.items()) + "} %}{{ tojson([shapes, var('staged')]) }}"
    shown = dbt(warehouse, "compile", "--quiet", "--inline", inline)
    shapes, staged = json.loads(next(line for line in shown.splitlines() if line.startswith("[")))
    wrong = []
    with duckdb.connect(str(warehouse / "warehouse.duckdb"), read_only=True) as connection:
        for shape, columns in shapes.items():
            expected = {name: kind.upper().replace(" ", "") for name, kind in columns.items()}
            for source in staged[shape]:
                described = connection.execute(f"describe staging.stg_{source}__{shape}").fetchall()
                if (found := {name: kind for name, kind, *_ in described}) != expected:
                    wrong.append((source, shape, dict(found.items() ^ expected.items())))
    assert wrong == []
