"""One odd value in one cell must not stop the run for everybody: every column of every preset meets values that break careless SQL.

Files are landed and all of staging is built by dbt; every row must be staged or left out for a reason.
"""

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.demo import write_company
from pipelines.sources.landing import land
from pipelines.sources.preset import Table
from pipelines.sources.registry import presets

CELLS = (
    "NaN", "Infinity", "1e309", "-1", "9" * 26, "9223372036854775807", "-9223372036854775808", "4276550012345678", "999999999999", "9999-12-31T23:59:59+14:00",
    "0000-00-00", "294247-01-01 00:00:00", "2024-02-30T25:61:61Z", "infinity", "\u200b", "-", "N/A", "l:", "p:", "O'Brien", '"', "{", '{"a":', "[1,2", "['a", "\\",
    "%", "+7" + "9" * 300, "a@@b", "x" * 500 + "@example.com", "VIP", "\U0001f600", "0x1F", "1.234.567,89",
)  # fmt: skip
LEAVES = (None, True, -1, 1e308, 10**30, 9223372036854775808, "", "NaN", "Infinity", "abc", "1e400", "9" * 400, "{", [], {}, [None], {"a": None}, "x\x00y")


def rows(table: Table) -> Iterator[list[str]]:
    """Each odd value in each column by itself, then in all at once."""
    columns = list(table.columns)
    for value in CELLS:
        for odd in (*range(len(columns)), None):
            yield [value if odd in (place, None) else f"key {value} {odd}" if column in table.required[:1] else "" for place, column in enumerate(columns)]


def write_tables(inbox: Path) -> None:
    for preset in presets().values():
        for table in (table for table in preset.tables if table.format == "delimited"):
            path = inbox / preset.name / f"{table.files[0].strip('*') or table.name}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, delimiter=table.delimiter or ",")
                writer.writerow(table.columns)
                writer.writerows(rows(table))


def spoiled(document: object) -> Iterator[object]:
    """The document with each of its leaves and branches replaced by each odd value."""
    members = document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    for key, value in members:
        for odd in (*LEAVES, *spoiled(value)):
            copy = document.copy()
            copy[key] = odd
            yield copy


def write_documents(inbox: Path, company: Path) -> None:
    """The first documents of each file the made-up company has in JSON, spoiled in every place."""
    for folder in ("esp", "ga4", "segment", "vk_leads"):
        for source in sorted((company / folder).glob("*.json*"))[:2]:
            document = json.loads(source.read_text(encoding="utf-8").split("\n", 1)[0])
            if folder == "vk_leads":
                document["response"]["leads"] = document["response"]["leads"][:1]
            (inbox / folder).mkdir(exist_ok=True)
            (inbox / folder / source.name).write_text("".join(json.dumps(odd) + "\n" for odd in spoiled(document)), encoding="utf-8")


@pytest.fixture(scope="module")
def staged(module_data, tmp_path_factory, dbt) -> Path:
    company = tmp_path_factory.mktemp("company")
    write_company(company / "inbox", company / "truth", people=40, days=15)
    write_tables(module_data / "inbox")
    write_documents(module_data / "inbox", company / "inbox")
    assert not land(datetime(2026, 1, 1, 6)).refused
    built = ("staging", "+int_records", "+int_identifiers", "+int_order_lines", "+int_events", "+staging_reconciliation")
    done = dbt(module_data, "build", "--select", *built, "--indirect-selection", "cautious", "--exclude-resource-type", "unit_test")
    assert done.returncode == 0, "\n".join(line for line in done.stdout.splitlines() if "ERROR" in line or "FAIL" in line or "Error" in line)
    return module_data


def test_every_row_is_staged_or_left_out_for_a_reason(staged):
    with duckdb.connect(str(staged / "warehouse.duckdb"), read_only=True) as connection:
        assert connection.execute("select * from quality.staging_reconciliation where difference <> 0").fetchall() == []
        assert connection.execute("select count(*) from quality.staging_reconciliation where rows_in_raw > 0").fetchone()[0] > 15
