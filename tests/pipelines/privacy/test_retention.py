"""What is kept too long is counted before anything is loaded, so it must cope with a warehouse that nothing was ever loaded into."""

from datetime import datetime

import dagster as dg
import pytest
from typer.testing import CliRunner

from orchestration.defs.ingestion import keep_no_longer_than_allowed
from pipelines.cli import app
from pipelines.privacy import retention, subject
from pipelines.settings import settings
from pipelines.sources.landing import land
from pipelines.warehouse import connect

SET_ASIDE = "order_id,ordered_at,email,sku,quantity\nA1,2025-01-02 10:00:00,anna@example.com,S-1,1\nA2,2025-01-02,boris@example.com\n"


def test_nothing_is_due_in_a_warehouse_that_a_killed_first_landing_left_empty(data):
    with connect() as connection:
        connection.execute("select 1")
    due = retention.due(datetime(2026, 1, 1))
    assert due == retention.rules() and not sum(rule.rows for rule in due)


@pytest.mark.parametrize(("setting", "left"), [("show", 1), ("apply", 0)])
def test_the_daily_job_removes_what_is_due_only_where_that_is_set(data, monkeypatch, setting, left):
    monkeypatch.setenv("SVOD_RETENTION", setting)
    settings.cache_clear()
    (data / "inbox" / "orders").mkdir(parents=True)
    (data / "inbox" / "orders" / "sales.csv").write_text(SET_ASIDE)
    land(datetime(2026, 1, 1))
    for day, rows in ((datetime(2026, 6, 29), 1), (datetime(2026, 7, 2), left)):
        keep_no_longer_than_allowed(dg.build_asset_context(), day)
        with connect(read_only=True) as connection:
            assert connection.execute("select count(*) from landing.quarantine").fetchone()[0] == rows, day
            assert connection.execute("select count(*) from raw_orders.order_lines").fetchone()[0] == 1
    assert ("boris@" in (data / "inbox" / "orders" / "sales.csv").read_text()) == bool(left)


def test_what_keeps_advertising_away_outlives_its_time_unless_its_record_goes(data):
    """Lines of one old file: an unsubscription and the consent before it, a consent that nobody took back, a bounce; a CRM contact that is exported still, and one that is not."""
    with connect() as connection:
        connection.execute("""
            create schema landing; create schema raw_esp; create schema raw_bitrix24; create schema intermediate;
            create table landing.quarantine (file_id varchar, line bigint, landed_at timestamp);
            create table raw_esp.sendgrid_events as select 'e' as _file_id, n as _line, timestamp '2021-01-01' as _exported_at from range(1, 5) as t(n);
            create table raw_bitrix24.contacts as select * from (values
                ('b', 1, timestamp '2020-01-01'), ('b', 2, timestamp '2020-01-02'), ('new', 1, timestamp '2025-12-01'), ('b', 3, timestamp '2020-01-01'), ('b', 4, timestamp '2020-01-02'))
                as t(_file_id, _line, _exported_at);
            create table intermediate.int_events as select 'esp' as source, 'e' as _file_id, n as _line, timestamp '2021-01-01' as occurred_at from range(1, 5) as t(n);
            create table intermediate.int_records as select * from (values ('bitrix24', 'r1', 'new', 1), ('bitrix24', 'r2', 'b', 4)) as t(source, record_id, _file_id, _line);
            create table intermediate.int_suppressions as select 'esp' as source, 'e' as _file_id, 4 as _line;
            create table intermediate.int_consent_events as select *, value as raw_value from (values
                ('esp', null, 'a@example.com', 'granted', 'e', 1), ('esp', null, 'a@example.com', 'withdrawn', 'e', 2), ('esp', null, 'b@example.com', 'granted', 'e', 3),
                ('bitrix24', 'r1', null, 'granted', 'b', 1), ('bitrix24', 'r1', null, 'withdrawn', 'b', 2), ('bitrix24', 'r2', null, 'granted', 'b', 3), ('bitrix24', 'r2', null, 'withdrawn', 'b', 4))
                as t(source, record_id, value, action, _file_id, _line)""")
        tables = subject.tables_of(connection)
        due = {
            (rule.source, *row) for rule in retention.rules()
            for row in connection.execute(retention._expired(rule, datetime(2026, 1, 1), tables)).fetchall() if rule.source in ("esp", "bitrix24") and row[0]
        }  # fmt: skip
    assert due == {("esp", "e", 3), ("bitrix24", "b", 3), ("bitrix24", "b", 4)}


def test_a_table_without_a_rule_is_named(data, monkeypatch):
    ruled = [rule for rule in retention.rules() if rule.source != "people"]
    assert retention.without_rule() == []
    monkeypatch.setattr(retention, "rules", lambda: ruled)
    result = CliRunner(env={"COLUMNS": "300"}).invoke(app, ["privacy", "retention"])
    assert result.exit_code == 0 and "Kept for ever, and in no register: people.people" in result.output


@pytest.mark.parametrize("terminal", [{}, {"FORCE_COLOR": "1", "COLUMNS": "60"}], ids=["a file", "a narrow terminal"])
def test_no_name_is_cut_short_where_the_list_is_read(data, terminal):
    shown = CliRunner(env=terminal).invoke(app, ["privacy", "retention"]).output
    assert "…" not in shown and "Nothing was changed" in shown
    lines = [line.split("│") for line in shown.splitlines()]
    if not terminal:
        read = {tuple(cell.strip() for cell in cells[1:4]) for cells in lines if len(cells) > 4}
        assert {(rule.source, rule.table_name, rule.purpose) for rule in retention.rules()} <= read
