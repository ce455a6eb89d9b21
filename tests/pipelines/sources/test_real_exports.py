"""Files that others published: each loads, or is refused with a reason."""

import json
import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from inbox_files import query

from pipelines.sources.landing import land

FIXTURES = Path(__file__).parents[2] / "fixtures"
FOLDERS = {
    "bitrix24": "bitrix24",
    "esp_webhooks": "esp",
    "sendgrid": "esp/sendgrid",
    "ga4": "ga4",
    "hubspot": "hubspot",
    "mailchimp": "mailchimp",
    "shopify": "shopify",
    "vk": "vk_leads",
}
LOADED = {
    "bitrix24/crm-contact-list.0.json": 5,
    "bitrix24/crm-deal-list.0.json": 6,
    "bitrix24/crm.lead.get.example.json": 1,
    "esp/sendgrid.jsonl": 10,
    "esp/sendgrid/event_webhook_examples.jsonl": 39,
    "esp/unisender_go.jsonl": 11,
    "esp/unisender-go-tracking-test-payload.json.raw": 1,
    "hubspot/contact_data.csv": 22,
    "hubspot/deal_data.csv": 44,
    "mailchimp/member.csv": 9,
    "shopify/shopify_customer_data.csv": 4,
    "shopify/shopify_order_data.csv": 8,
    "vk_leads/responses.json": 1,
}


@pytest.fixture(scope="module")
def reports(module_data: Path) -> list:
    for folder, source in FOLDERS.items():
        shutil.copytree(FIXTURES / "exports" / folder, module_data / "inbox" / source, dirs_exist_ok=True)
    for source in ("orders", "segment", "mailchimp"):
        shutil.copytree(FIXTURES / "malformed", module_data / "inbox" / source / "malformed")
    return land(datetime(2026, 1, 1, tzinfo=UTC)).files


def test_every_published_export_of_a_known_shape_loads_whole(reports):
    loaded = {
        f"{report.source}/{report.file_name}": report.rows_loaded for report in reports if report.status == "loaded" and "malformed" not in report.file_name
    }
    assert loaded == LOADED
    assert not [report for report in reports if report.status == "loaded" and report.rows_quarantined]


def test_every_other_file_is_refused_with_a_reason_and_a_remedy(reports):
    refused = [report for report in reports if report.status == "refused"]
    assert len(refused) > 100
    assert all(report.reason and report.remedy and report.rows_read == 0 for report in refused)
    assert not Counter(report.reason for report in refused if "could not be read" in report.reason)


def test_json_texts_land_byte_for_byte_equal_in_meaning(reports):
    written = [json.loads(line) for line in (FIXTURES / "exports/esp_webhooks/unisender_go.jsonl").read_text().splitlines() if line.strip()]
    landed = [
        json.loads(payload) for (payload,) in query("select payload from raw_esp.unisender_events where _file_name = 'unisender_go.jsonl' order by _line")
    ]
    assert landed == written


def test_the_answer_of_a_rest_api_lands_like_an_export(reports):
    landed = query("select id, first_name, last_name, work_email, _line from raw_bitrix24.contacts order by _line")
    assert landed[0] == ("75", "Анастасия", "Ильина", "special-for@example.com", 1) and len(landed) == 5


def test_all_rows_in_raw_come_from_a_file_in_the_manifest(reports):
    for report in reports:
        if report.status == "loaded":
            assert query(f"select count(*) from raw_{report.source}.{report.table_name} where _file_id = ?", [report.file_id]) == [(report.rows_loaded,)]
