"""Rows removed on purpose: whatever is lost on the way from raw to staging, the reconciliation says so and the audit stops."""

import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from project_runs import Dbt, copy_of_first_day

from pipelines.demo import write_company
from pipelines.sources.landing import land

TEST = "every_raw_row_is_staged_or_left_out_for_a_reason"
# Every raw table of the demo company and the shapes its rows become, with a table that holds one staged row of it and which rows those are.
STAGED = {
    ("hubspot", "contacts", "records"): ("stg_hubspot__records", "true"),
    ("hubspot", "deals", "orders"): ("stg_hubspot__orders", "true"),
    ("bitrix24", "contacts", "records"): ("stg_bitrix24__records", "_file_id in (select _file_id from raw_bitrix24.contacts)"),
    ("bitrix24", "leads", "records"): ("stg_bitrix24__records", "entity = 'lead'"),
    ("bitrix24", "deals", "orders"): ("stg_bitrix24__orders", "true"),
    ("meta_leads", "leads", "records"): ("stg_meta_leads__records", "true"),
    ("vk_leads", "leads", "records"): ("stg_vk_leads__records", "true"),
    ("shopify", "customers", "records"): ("stg_shopify__records", "_file_id in (select _file_id from raw_shopify.customers)"),
    ("shopify", "orders", "orders"): ("stg_shopify__orders", "true"),
    ("shopify", "orders", "order_lines"): ("stg_shopify__order_lines", "true"),
    ("orders", "order_lines", "orders"): ("stg_orders__orders", "true"),
    ("orders", "order_lines", "order_lines"): ("stg_orders__order_lines", "true"),
    ("mailchimp", "members", "records"): ("stg_mailchimp__records", "true"),
    ("esp", "sendgrid_events", "events"): ("stg_esp__classified_events", "provider = 'sendgrid'"),
    ("esp", "unisender_events", "events"): ("stg_esp__classified_events", "provider = 'unisender_go'"),
    ("ga4", "events", "events"): ("stg_ga4__parsed_events", "_file_id in (select _file_id from staging.stg_ga4__day_files where is_current)"),
    ("metrica", "visits", "events"): ("stg_metrica__visits", "true"),
    ("metrica", "hits", "events"): ("stg_metrica__hits", "true"),
    ("segment", "events", "events"): ("stg_segment__events", "true"),
    ("segment", "events", "records"): ("stg_segment__records", "true"),
    ("consents", "statements", "consent_events"): ("stg_consents__consent_events", "channel = 'sms'"),
}
# What staging keeps from one run to the next, and one row of it that stands in no record or order by itself.
OPENED = {
    ("esp", "sendgrid_events"): ("stg_esp__provider_events", "provider = 'sendgrid' and events_in_body > 1"),
    ("esp", "unisender_events"): ("stg_esp__provider_events", "provider = 'unisender_go' and events_in_body > 1"),
    ("ga4", "events"): ("stg_ga4__parsed_events", "true"),
    ("segment", "events"): ("stg_segment__parsed_messages", "message_type = 'identify'"),
}


def build(dbt: Dbt, data: Path, *selection: str) -> subprocess.CompletedProcess:
    return dbt(data, "build", "--select", *selection, "--exclude", "test_type:unit", "--indirect-selection", "empty")


@pytest.fixture(scope="module")
def staged(module_data, dbt) -> Path:
    """A warehouse that is staged and reconciled, kept as it is beside the one that tests harm."""
    write_company(module_data / "inbox", module_data / "truth", people=60, days=30, end="2026-01-01")
    land(datetime(2026, 1, 1, 6))
    done = build(dbt, module_data, "+staging_reconciliation", TEST)
    assert done.returncode == 0, done.stdout[-4000:]
    shutil.copy(module_data / "warehouse.duckdb", module_data / "whole.duckdb")
    return module_data


@pytest.fixture
def harmed(staged):
    """The data folder and a function that removes one row."""
    shutil.copy(staged / "whole.duckdb", staged / "warehouse.duckdb")

    def remove_one(table: str, condition: str = "true") -> None:
        with duckdb.connect(str(staged / "warehouse.duckdb")) as connection:
            row = f"select max(rowid) from {table} where {condition}"
            assert connection.execute(f"delete from {table} where rowid = ({row})").fetchone() == (1,), table

    return staged, remove_one


def differences(data: Path) -> dict[tuple[str, str, str], int]:
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute("select source, table_name, shape, difference from quality.staging_reconciliation").fetchall()
    return {tuple(row[:3]): row[3] for row in rows}


def reconcile(dbt: Dbt, data: Path, *more: str) -> dict[tuple[str, str, str], int]:
    """The differences, after checking that the audit stops at them."""
    done = build(dbt, data, "row_reconciliation", "staging_outcomes", "staging_reconciliation", TEST, *more)
    assert done.returncode == 1 and f"FAIL {sum(found != 0 for found in differences(data).values())} {TEST}" in done.stdout, done.stdout[-4000:]
    return differences(data)


def test_each_raw_row_of_every_source_is_accounted_for(staged):
    found = differences(staged)
    assert set(STAGED) <= set(found) and set(found.values()) == {0}


def test_a_row_missing_from_raw_is_told_for_every_source(harmed, dbt):
    data, remove_one = harmed
    for source, table in {key[:2] for key in STAGED}:
        remove_one(f"raw_{source}.{table}")
    assert {key: difference for key, difference in reconcile(dbt, data).items() if difference} == dict.fromkeys(STAGED, -1)


def test_a_row_missing_from_staging_is_told_for_every_source(harmed, dbt):
    data, remove_one = harmed
    for table, condition in STAGED.values():
        remove_one(f"staging.{table}", condition)
    found = reconcile(dbt, data)
    assert [key for key in STAGED if found[key] < 1] == []


def test_a_thing_lost_out_of_what_staging_keeps_is_told_after_the_next_run_too(harmed, dbt):
    data, remove_one = harmed
    for table, condition in OPENED.values():
        remove_one(f"staging.{table}", condition)
    found = reconcile(dbt, data, *(f"{table}+3,path:models/staging" for table in {table for table, _ in OPENED.values()}))
    assert {key[:2] for key, difference in found.items() if difference > 0} == set(OPENED)


def test_a_row_missing_from_the_unions_or_from_the_marts_is_told_with_its_source_and_shape(first_day_done, dbt, tmp_path):
    """After a whole run, a row less in each of four tables: each loss shows in the line of its source and shape, and in no other."""
    data, own = copy_of_first_day(first_day_done, tmp_path).data, "every_staged_row_reaches_the_marts_or_is_known_to_be_nobodys"
    with duckdb.connect(str(data / "warehouse.duckdb")) as connection:
        for table, condition in (
            ("intermediate.int_records", "source = 'shopify'"),
            ("marts.orders", "source = 'shopify'"),
            ("marts.order_lines", "order_id like 'shopify:%'"),
            ("marts.customer_timeline", "kind = 'event' and source = 'metrica'"),
        ):
            assert connection.execute(f"delete from {table} where rowid = (select max(rowid) from {table} where {condition})").fetchone() == (1,), table
    done = build(dbt, data, "entity_reconciliation", own)
    assert done.returncode == 1 and f"FAIL 4 {own}" in done.stdout, done.stdout[-4000:]
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        lost = "select source, shape, lost_before_unified, lost_before_marts from quality.entity_reconciliation where lost_before_unified <> 0 or lost_before_marts <> 0"
        assert set(connection.execute(lost).fetchall()) == {
            ("shopify", "records", 1, 0),
            ("shopify", "orders", 0, 1),
            ("shopify", "order_lines", 0, 1),
            ("metrica", "events", 0, 1),
        }
