"""What a landing promises: each row once, each file once, nothing lost unseen, nothing stopped by one file."""

import logging
import os
from datetime import UTC, datetime

import pytest
from inbox_files import HEADER, everything, orders, put, query

from pipelines.sources import manifest
from pipelines.sources.landing import check, land
from pipelines.sources.loading import LandingError
from pipelines.sources.registry import presets
from pipelines.warehouse import connect

FIRST, SECOND = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)


def test_every_raw_table_of_every_preset_exists_after_landing_an_empty_inbox(data):
    assert not land(FIRST).changed
    tables = set(query("select table_schema, table_name from information_schema.tables"))
    assert {(f"raw_{preset.name}", table.name) for preset in presets().values() for table in preset.tables} <= tables


def test_raw_columns_are_the_presets_and_the_lineage_whichever_file_came(data):
    put(data, "orders/a.csv", "order_id,ordered_at,odd\n1,2,3\n")
    land(FIRST)
    columns = dict(query("select column_name, data_type from information_schema.columns where table_schema = 'raw_orders' and table_name = 'order_lines'"))
    assert columns == {name: kind.upper() for name, kind in manifest.raw_columns(presets()["orders"].table("order_lines")).items()}


def test_landing_twice_changes_nothing(data):
    put(data, "orders/a.csv", orders(10) + "short\n")
    put(data, "orders/bad.csv", "")
    assert land(FIRST).changed
    before = everything()
    second = land(SECOND)
    assert not second.files and not second.changed
    assert everything() == before


def test_a_file_with_an_older_date_that_arrives_later_is_loaded(data):
    put(data, "orders/2025-02-01.csv", orders(3, "new"))
    land(FIRST)
    path = put(data, "orders/2025-01-01.csv", orders(2, "old"))
    os.utime(path, (0, 0))
    assert [report.file_name for report in land(SECOND).loaded] == ["2025-01-01.csv"]
    assert query("select count(*) from raw_orders.order_lines") == [(5,)]


def test_the_same_content_under_another_name_is_loaded_once_and_said_so(data):
    put(data, "orders/a.csv", orders(3))
    put(data, "orders/copy.csv", orders(3))
    report = land(FIRST)
    assert [(file.file_name, file.status) for file in report.files] == [("a.csv", "loaded"), ("copy.csv", "duplicate")]
    put(data, "orders/later/copy.csv", orders(3))
    assert [file.status for file in land(SECOND).files] == ["duplicate"]
    assert query("select count(*) from raw_orders.order_lines") == [(3,)]
    assert not land(SECOND).files


def test_a_rewritten_file_is_a_new_file_and_both_stay(data):
    put(data, "orders/a.csv", orders(3))
    land(FIRST)
    put(data, "orders/a.csv", orders(4))
    land(SECOND)
    assert query("select file_name, rows_loaded from landing.files order by all") == [("a.csv", 3), ("a.csv", 4)]


def test_a_refused_file_loads_once_it_is_renamed_as_the_remedy_says(data):
    path = put(data, "hubspot/export.csv", "Record ID,Email\n1,a@example.com\n")
    assert "rename" in land(FIRST).refused[0].remedy
    path.rename(path.with_name("contacts.csv"))
    assert land(SECOND).rows_loaded == 1
    assert query("select status, file_name from landing.files") == [("loaded", "contacts.csv")]


def test_a_refused_file_gets_another_chance_when_the_preset_changes(data, monkeypatch):
    put(data, "orders/a.csv", "reference,ordered_at\n1,2\n")
    assert land(FIRST).refused
    table = presets()["orders"].tables[0]
    monkeypatch.setitem(table.columns, "order_id", (*table.columns["order_id"], "reference"))
    assert land(SECOND).rows_loaded == 1


def test_a_column_that_a_preset_gains_is_added_to_its_table(data, monkeypatch):
    land(FIRST)
    monkeypatch.setitem(presets()["orders"].tables[0].columns, "gift_note", ())
    put(data, "orders/a.csv", "order_id,ordered_at,Gift_Note\n1,2,hello\n")
    land(SECOND)
    assert query("select gift_note from raw_orders.order_lines") == [("hello",)]


def test_files_with_different_columns_land_side_by_side(data):
    put(data, "orders/a.csv", "order_id,ordered_at,email,new one\n1,2,a@example.com,x\n")
    put(data, "orders/b.csv", "Дата заказа;Номер заказа;Телефон\n2;1;+7900\n")
    assert land(FIRST).rows_loaded == 2
    rows = query("select order_id, ordered_at, email, phone, _extra from raw_orders.order_lines order by _file_name")
    assert rows == [("1", "2", "a@example.com", None, '{"new_one":"x"}'), ("1", "2", None, "+7900", None)]


def test_every_file_is_told_of_wherever_it_lies(data):
    names = ["a.csv", "meta_leads/x.txt", "orders/b.csv", "unknown/c.csv", "z.csv"]
    for name in names:
        put(data, name, orders(2, name))
    assert [f"{report.source}/{report.file_name}".strip("/") for report in land(FIRST).files] == ["a.csv", "z.csv", *names[1:4]]


def test_hidden_files_readmes_and_half_written_downloads_are_not_exports(data):
    for name in ("orders/.hidden.csv", "orders/README.md", "orders/a.csv.part", "orders/.git/x.csv", "orders/~$book.xlsx"):
        put(data, name, orders(1))
    assert not land(FIRST).files


def test_an_export_is_as_old_as_the_date_in_its_name_else_as_the_file(data):
    put(data, "orders/export-2025-03-04.csv", orders(1, "a"))
    os.utime(put(data, "orders/export.csv", orders(1, "b")), (1_700_000_000, 1_700_000_000))
    land(FIRST)
    expected = [("export-2025-03-04.csv", datetime(2025, 3, 4)), ("export.csv", datetime(2023, 11, 14, 22, 13, 20))]
    assert query("select _file_name, _exported_at from raw_orders.order_lines order by all") == expected


def test_a_row_removed_from_a_raw_table_is_caught_by_the_counts(data):
    put(data, "orders/a.csv", orders(5))
    land(FIRST)
    with connect() as connection:
        assert manifest.unbalanced(connection, "orders") == []
        connection.execute("delete from raw_orders.order_lines where _line = 3")
        assert [(table, loaded, found) for table, _, loaded, found in manifest.unbalanced(connection, "orders")] == [("order_lines", 5, 4)]


def test_rows_lost_between_reading_and_the_warehouse_fail_the_landing_and_are_loaded_by_the_next(data, monkeypatch):
    put(data, "orders/a.csv", orders(5))
    with monkeypatch.context() as patch:
        from dlt.destinations.impl.duckdb.duck import DuckDbCopyJob

        patch.setattr(DuckDbCopyJob, "run", lambda job: None)
        with pytest.raises(LandingError, match="another number of rows"):
            land(FIRST)
    assert land(SECOND).rows_loaded == 5
    assert query("select count(*) from raw_orders.order_lines") == [(5,)]


def test_a_file_that_is_still_being_written_is_left_for_the_next_landing(data, monkeypatch):
    path = put(data, "orders/a.csv", orders(5))
    put(data, "orders/b.csv", orders(2, "B"))
    from pipelines.sources import arrival

    original = arrival.open_file

    def grows(opened, report, folder):
        if report.file_name == "a.csv":
            with path.open("a") as stream:
                stream.write("A6,2025-01-01,x@example.com,S,1\n")
        return original(opened, report, folder)

    with monkeypatch.context() as patch:
        patch.setattr(arrival, "open_file", grows)
        assert {file.file_name: file.status for file in land(FIRST).files} == {"a.csv": "refused", "b.csv": "loaded"}
    assert query("select distinct _file_name from raw_orders.order_lines") == [("b.csv",)]
    assert land(SECOND).rows_loaded == 6


def test_check_says_what_landing_would_do_and_loads_nothing(data):
    put(data, "orders/a.csv", orders(5) + "short\n")
    put(data, "orders/b.csv", orders(5) + "short\n")
    put(data, "orders/c.csv", "")
    found = [(report.file_name, report.status, report.rows_loaded, report.rows_quarantined) for report in check()]
    assert found == [("a.csv", "ready", 5, 1), ("b.csv", "duplicate", 5, 1), ("c.csv", "refused", 0, 0)]
    assert not (data / "warehouse.duckdb").exists()
    land(FIRST)
    assert [report.status for report in check()] == ["duplicate", "duplicate", "refused"]


def test_logs_and_reasons_hold_nothing_of_the_rows(data, caplog):
    caplog.set_level(logging.DEBUG)
    put(data, "orders/a.csv", HEADER + "secret-order,2025,secret@example.com,S\n" + "ok,2025,open@example.com,S,1\n")
    put(data, "segment/a.jsonl", '{"email": "secret@example.com"\n{"type": "track"}\n')
    report = land(FIRST)
    told = caplog.text + "".join(f"{file.reason}{file!r}" for file in report.files)
    assert report.rows_quarantined == 2 and "secret" not in told


def test_no_row_stays_in_a_working_folder(data):
    put(data, "orders/a.csv", orders(5))
    land(FIRST)
    assert not [path for path in data.rglob("*") if path.is_file() and path.parent != data and "inbox" not in path.parts]
