"""What a person is told their data are for: what was received by its rule, what is derived by what of theirs it is made of."""

import pytest

from pipelines.privacy.purposes import purposes_of


@pytest.fixture
def told(data, dbt, monkeypatch):
    """The purposes of tables given with the sources of their rows."""
    monkeypatch.setenv("SVOD_DBT_TARGET", str(dbt.parsed))
    return lambda **tables: purposes_of(
        [{"table": table.replace("__", "."), "rows": [{"source": source} for source in sources] or [{}]} for table, sources in tables.items()]
    )


def test_a_visitor_is_there_for_web_analytics_only(told):
    assert told(raw_ga4__events=[], marts__anonymous_visitors=["ga4"]) == {"raw_ga4.events": ["web_analytics"], "marts.anonymous_visitors": ["web_analytics"]}


def test_a_derived_table_serves_what_it_is_made_of_as_far_as_the_person_stands_in_it(told):
    received = {"raw_hubspot__contacts": [], "raw_orders__order_lines": [], "raw_metrica__visits": [], "landing__quarantine": []}
    found = told(**received, marts__customers=[], marts__orders=["orders"], marts__order_lines=[], marts__customer_timeline=["metrica", "orders"])
    assert found["marts.customers"] == ["customer_care", "sales", "web_analytics"]
    assert found["marts.orders"] == ["sales"] and "web_analytics" not in found["marts.order_lines"]
    assert found["marts.customer_timeline"] == ["sales", "web_analytics"]
    assert found["landing.quarantine"] == ["quality"]


def test_what_matching_decided_is_made_of_all_that_is_held(told):
    assert told(raw_hubspot__contacts=[], raw_ga4__events=[], marts__customer_redirects=[])["marts.customer_redirects"] == ["customer_care", "web_analytics"]


@pytest.mark.parametrize("table", ["communications__outbox", "segments__vip_guests", "marts__consents", "marts__suppressions", "history__consents_history"])
def test_lists_messages_and_consents_are_for_advertising(told, table):
    assert told(raw_hubspot__contacts=[], **{table: ["hubspot"]})[table.replace("__", ".")] == ["advertising"]


def test_what_no_rule_speaks_of_has_no_purpose_made_up_for_it(told):
    assert told(raw_till__sales=[], marts__customers=[]) == {"raw_till.sales": [], "marts.customers": []}


def test_without_dbts_own_account_a_table_is_made_of_all_that_is_held(told, data, monkeypatch):
    monkeypatch.setenv("SVOD_DBT_TARGET", str(data))
    assert told(raw_hubspot__contacts=[], raw_ga4__events=[], marts__orders=[])["marts.orders"] == ["customer_care", "web_analytics"]
