"""dbt's unit tests and the tests of our macros: they test code, not data, so they run here and not in the daily job."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.campaigns.engine.run import prepare
from pipelines.demo import write_company
from pipelines.identity import resolve_identity
from pipelines.settings import PROJECT
from pipelines.sources.landing import land
from pipelines.warehouse import connect


@pytest.fixture(scope="module")
def run(dbt) -> Callable[..., str]:
    def told(data: Path, *arguments: str) -> str:
        done = dbt(data, *arguments)
        assert done.returncode == 0, "\n".join(line for line in done.stdout.splitlines() if "START" not in line and "PASS" not in line)[-6000:] + done.stderr
        return done.stdout

    return told


@pytest.fixture(scope="module")
def warehouse(module_data, run) -> Path:
    """Models must exist for their unit tests to know the columns' types: those that matching does not need are enough empty."""
    write_company(module_data / "inbox", module_data / "truth", people=40, days=15, end="2026-01-01")
    land(datetime(2026, 1, 1, 6))
    before = ("+int_records", "+int_identifiers", "+int_links")
    run(module_data, "build", "--select", *before, "resource_type:seed", "--resource-type", "model", "seed")
    resolve_identity(datetime(2026, 1, 1, 6))
    with connect() as connection:
        prepare(connection)
    run(module_data, "run", "--empty", "--exclude", *before)
    return module_data


def passed(output: str) -> int:
    return int(re.search(r"Done\. PASS=(\d+) WARN=0 ERROR=0", output)[1])


def test_every_unit_test_of_a_model_passes(warehouse, run):
    expected = sum(path.read_text().count("    given:") for path in (PROJECT / "models").rglob("*.yml"))
    assert passed(run(warehouse, "test", "--select", "test_type:unit")) == expected > 100


def test_every_macro_reads_what_its_test_gives_it(warehouse, run):
    expected = len(list((PROJECT / "tests/dbt/macros").glob("*.sql")))
    assert passed(run(warehouse, "test", "--select", "path:tests/dbt/macros")) == expected > 10


def test_what_identity_writes_is_as_described(warehouse, run):
    """dbt builds no source, so the daily job asks this only of the marts that are made of them."""
    assert passed(run(warehouse, "test", "--select", "source:identity,test_type:generic")) > 60


SHAPES = {
    "records": "record_columns",
    "identifiers": "identifier_columns",
    "consent_events": "consent_event_columns",
    "suppressions": "suppression_columns",
    "events": "event_columns",
    "orders": "order_columns",
    "order_lines": "order_line_columns",
}


def test_every_source_gives_the_columns_of_a_shape_and_no_others_with_the_same_types(warehouse, run):
    inline = "{% set shapes = {" + ", ".join(f"'{shape}': {macro}()" for shape, macro in SHAPES.items()) + "} %}{{ tojson([shapes, var('staged')]) }}"
    shown = run(warehouse, "compile", "--quiet", "--inline", inline)
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
