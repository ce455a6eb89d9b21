"""Ids outlive the warehouse: it is deleted, built anew from the same files, and every customer has the id that they had."""

import shutil
from datetime import datetime, timedelta

import duckdb
import known_people as company
import pytest

from pipelines.identity import resolve_identity

# How a record came to its customer is not written down, only that it did.
HISTORY = {"customer_events": "*", "record_moves": "*", "customer_redirects": "*", "record_customers": "* exclude (linked_by)"}


def tables(data) -> dict[str, list[tuple]]:
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        return {name: connection.execute(f"select {columns} from identity.{name} order by all").fetchall() for name, columns in HISTORY.items()}


@pytest.fixture
def lived(data):
    """Three nights: a company, then two of its customers joined and a record gone, then the decision taken back."""
    records, identifiers, links = company.make_records(company.make_people(40))
    company.write(data, records, identifiers, links)
    resolve_identity(datetime(2026, 1, 1))
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        firsts = connection.execute("select min(record_id) from identity.record_customers group by customer_id order by 1 limit 2").fetchall()
    decided = [("must_link", firsts[0][0], firsts[1][0])]
    fewer = [record for record in records if record["record_id"] != records[-1]["record_id"]]
    kept = [row for row in identifiers if row[0] != records[-1]["record_id"]]
    linked = [row for row in links if records[-1]["record_id"] not in row]
    company.write(data, fewer, kept, linked, decided)
    resolve_identity(datetime(2026, 1, 2))
    return data, (fewer, kept, linked, decided)


def test_a_warehouse_built_anew_gives_every_customer_the_same_id_and_history(lived):
    data, contents = lived
    before = tables(data)
    assert before["customer_redirects"], "the history must hold a merge"
    (data / "warehouse.duckdb").unlink()
    company.write(data, *contents)
    report = resolve_identity(datetime(2026, 1, 3))
    assert tables(data) == before
    assert report.run_number == 3 and (report.created, report.merged, report.split, report.retired) == (0, 0, 0, 0)


def test_life_goes_on_after_that_and_the_ledger_with_it(lived):
    data, (records, identifiers, links, _) = lived
    (data / "warehouse.duckdb").unlink()
    company.write(data, records, identifiers, links, [("must_link", "nobody:1", "nobody:2")])
    report = resolve_identity(datetime(2026, 1, 3))
    assert report.split == 1
    assert [path.stem for path in sorted((data / "identity" / "ledger").glob("*.parquet"))] == ["000001", "000002", "000003"]
    split = tables(data)
    (data / "warehouse.duckdb").unlink()
    company.write(data, records, identifiers, links)
    resolve_identity(datetime(2026, 1, 3) + timedelta(days=1))
    assert tables(data) == split


def test_a_run_that_died_before_its_page_was_written_has_it_written_by_the_next(lived):
    data, _ = lived
    last = data / "identity" / "ledger" / "000002.parquet"
    page = duckdb.execute(f"select * from '{last}' order by all").fetchall()
    last.unlink()
    assert resolve_identity(datetime(2026, 1, 3)).skipped
    assert duckdb.execute(f"select * from '{last}' order by all").fetchall() == page


def test_a_run_that_moved_nobody_keeps_its_number_when_the_warehouse_is_lost_twice(lived):
    data, (records, identifiers, links, _) = lived
    resolve_identity(datetime(2026, 1, 3), full=True)
    (data / "warehouse.duckdb").unlink()
    company.write(data, records, identifiers, links, [("must_link", "nobody:1", "nobody:2")])
    report = resolve_identity(datetime(2026, 1, 4))
    assert (report.run_number, report.split) == (4, 1)
    split = tables(data)
    (data / "warehouse.duckdb").unlink()
    company.write(data, records, identifiers, links)
    resolve_identity(datetime(2026, 1, 5))
    assert tables(data) == split


def test_a_warehouse_put_back_from_a_backup_learns_what_runs_did_since(lived):
    data, (records, identifiers, links, decided) = lived
    shutil.copy(data / "warehouse.duckdb", data / "backup.duckdb")
    company.write(data, records[:-2], identifiers, links, [("must_link", "nobody:1", "nobody:2")])
    assert resolve_identity(datetime(2026, 1, 3)).split == 1
    later = tables(data)
    (data / "backup.duckdb").replace(data / "warehouse.duckdb")
    company.write(data, records[:-2], identifiers, links, [("must_link", "nobody:1", "nobody:2")])
    assert resolve_identity(datetime(2026, 1, 4)).run_number == 4
    assert tables(data) == later
    (data / "warehouse.duckdb").unlink()
    company.write(data, records, identifiers, links, decided)
    assert resolve_identity(datetime(2026, 1, 5)).run_number == 5
