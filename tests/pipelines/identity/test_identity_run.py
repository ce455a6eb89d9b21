"""Whole runs over a small made-up company whose people are known."""

from datetime import datetime

import duckdb
import known_people as company
import pytest

from pipelines.identity import resolve_identity
from pipelines.identity import tables as identity_tables
from pipelines.settings import settings

MONDAY, TUESDAY = datetime(2026, 1, 5), datetime(2026, 1, 6)
TABLES = ("pairs", "record_customers", "customers", "customer_events", "customer_redirects")


def query(data, text: str) -> list[tuple]:
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(text).fetchall()


def contents(data) -> dict[str, list[tuple]]:
    return {table: query(data, f"select * from identity.{table} order by all") for table in TABLES}


def customers(data) -> dict[str, str]:
    return dict(query(data, "select record_id, customer_id from identity.record_customers"))


@pytest.fixture(scope="module")
def shop():
    """Six hundred people, made once."""
    return company.make_records(company.make_people(600))


@pytest.fixture(scope="module")
def done(shop, tmp_path_factory):
    """They are resolved once; tests that share it only read."""
    folder = tmp_path_factory.mktemp("done")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SVOD_DATA", str(folder))
        settings.cache_clear()
        company.write(folder, *shop)
        report = resolve_identity(MONDAY)
        settings.cache_clear()
    return folder, report


def test_the_clusters_of_six_hundred_known_people_reach_an_f1_of_95_percent(done):
    _, report = done
    assert report.model_kind == "trained"
    assert report.f1 >= 0.95
    assert report.precision >= 0.97


def test_every_record_has_one_customer_and_the_counts_agree(done, shop):
    folder, report = done
    assert len(customers(folder)) == len(shop[0]) == report.records
    assert query(folder, "select count(*), sum(record_count) from identity.customers") == [(report.customers, report.records)]
    stored = query(folder, "select records, clusters, f1, model_version from identity.runs")
    assert stored == [(report.records, report.customers, report.f1, report.model_version)]


def test_records_a_source_links_are_one_customer(done, shop):
    folder, _ = done
    found = customers(folder)
    assert shop[2]
    assert all(found[left] == found[right] for left, right, _ in shop[2])


def test_the_match_weight_of_a_pair_is_the_sum_of_its_parts(done):
    folder, _ = done
    columns = query(folder, "select column_name from information_schema.columns where table_schema = 'identity' and column_name like 'mw_%'")
    parts = [name for (name,) in columns]
    spread = query(folder, f"select min(match_weight - ({'+'.join(parts)})), max(match_weight - ({'+'.join(parts)})) from identity.pairs")[0]
    assert spread[1] - spread[0] < 1e-6


def test_no_table_of_splink_is_left_in_the_warehouse(done):
    folder, _ = done
    assert query(folder, "select table_name from information_schema.tables where table_name like '%splink%' or table_schema = 'main'") == []


def test_the_model_file_holds_parameters_and_no_sql_and_its_chart_no_name(done):
    folder, report = done
    model = (folder / "identity" / f"model_{report.model_version}.json").read_text()
    chart = (folder / "identity" / f"match_weights_{report.model_version}.html").read_text()
    assert "select " not in model and "_key_l" not in model
    email = query(folder, "select value from intermediate.int_identifiers where identifier_type = 'email' limit 1")[0][0]
    assert email not in chart and "vega" in chart


def test_a_second_run_without_changes_is_skipped_and_touches_nothing(data, shop):
    company.write(data, *company.make_records(company.make_people(100)))
    first = resolve_identity(MONDAY)
    before = contents(data)
    second = resolve_identity(TUESDAY)
    assert not first.skipped and second.skipped
    assert second.customers == first.customers
    assert contents(data) == before
    assert query(data, "select count(*) from identity.runs") == [(1,)]


def test_the_same_records_in_another_order_give_the_same_tables(data, done, shop):
    folder, _ = done
    company.write(data, shop[0][::-1], shop[1][::-1], shop[2][::-1])
    resolve_identity(MONDAY)
    assert contents(data) == contents(folder)


def test_a_company_of_a_hundred_records_is_resolved_with_the_shipped_model(data):
    records, identifiers, links = company.make_records(company.make_people(35))
    company.write(data, records, identifiers, links)
    report = resolve_identity(MONDAY)
    assert report.records == pytest.approx(100, abs=25)
    assert report.model_kind == "prior"
    assert report.f1 >= 0.95


def test_a_company_without_any_record_has_no_customers(data):
    company.write(data, [], [], [])
    report = resolve_identity(MONDAY)
    assert (report.records, report.pairs, report.customers) == (0, 0, 0)


def test_a_record_that_arrives_later_joins_its_customer_and_no_id_changes(data):
    records, identifiers, links = company.make_records(company.make_people(100))
    company.write(data, records, identifiers, links)
    resolve_identity(MONDAY)
    before = customers(data)
    known = next(record for record, kind, _ in identifiers if kind == "email")
    email = next(value for record, kind, value in identifiers if record == known and kind == "email")
    company.write(data, [*records, {"record_id": "news:subscriber:1"}], [*identifiers, ("news:subscriber:1", "email", email)], links)
    assert not resolve_identity(TUESDAY).skipped
    after = customers(data)
    assert after.pop("news:subscriber:1") == before[known]
    assert after == before


FATHER = {"record_id": "crm:contact:1", "given_name_key": "ivan", "family_name_key": "volkovin", "additional_name_key": "petrovich",
          "street_key": "lenina 5 12", "locality_key": "perm"}  # fmt: skip
SON = FATHER | {"record_id": "crm:contact:2", "given_name_key": "petr", "additional_name_key": "ivanovich"}


def with_strangers(records: list[dict], identifiers: list[tuple]) -> tuple[list[dict], list[tuple], list[tuple]]:
    others = company.make_records(company.make_people(100))
    return [*others[0], *records], [*others[1], *identifiers], others[2]


def test_a_shared_family_phone_does_not_merge_father_and_son(data):
    phone = [(record["record_id"], "phone", "+79995550101") for record in (FATHER, SON)]
    company.write(data, *with_strangers([FATHER, SON], phone))
    resolve_identity(MONDAY)
    found = customers(data)
    assert found["crm:contact:1"] != found["crm:contact:2"]


def test_namesakes_without_a_common_contact_stay_two(data):
    namesakes = [{"record_id": f"crm:contact:{number}", "given_name_key": "ivan", "family_name_key": "volkovin"} for number in (1, 2)]
    contacts = [("crm:contact:1", "phone", "+79995550101"), ("crm:contact:2", "phone", "+79161234567")]
    company.write(data, *with_strangers(namesakes, contacts))
    resolve_identity(MONDAY)
    found = customers(data)
    assert found["crm:contact:1"] != found["crm:contact:2"]


def test_a_subscriber_known_by_an_e_mail_only_is_the_person_who_has_it(data):
    contacts = [("crm:contact:1", "email", "ivan@example.ru"), ("news:subscriber:1", "email", "ivan@example.ru")]
    company.write(data, *with_strangers([FATHER, {"record_id": "news:subscriber:1"}], contacts))
    resolve_identity(MONDAY)
    found = customers(data)
    assert found["crm:contact:1"] == found["news:subscriber:1"]


def test_a_warehouse_that_kept_pairs_as_text_is_decided_anew_and_comes_to_the_same(data):
    company.write(data, *company.make_records(company.make_people(60)))
    resolve_identity(MONDAY)
    before = contents(data)
    with duckdb.connect(str(data / "warehouse.duckdb")) as connection:
        connection.execute("create table identity.old as from identity.pairs")
        for statement in (
            "view identity.review_queue",
            "view identity.pair_evidence",
            "view identity.pairs",
            "table matching.pairs",
            "table matching.components",
        ):
            connection.execute(f"drop {statement}")
        connection.execute("alter table identity.old rename to pairs")
    assert not resolve_identity(TUESDAY).skipped
    assert contents(data) == before


def test_the_figures_of_former_runs_stay_where_a_new_version_adds_one(data):
    company.write(data, *company.make_records(company.make_people(60)))
    resolve_identity(MONDAY)
    before = query(data, "select run_number, f1 from identity.runs")
    with duckdb.connect(str(data / "warehouse.duckdb")) as connection:
        connection.execute("alter table identity.runs drop column must_links")
    company.write(data, *company.make_records(company.make_people(61)))
    resolve_identity(TUESDAY)
    assert query(data, "select run_number, f1 from identity.runs order by 1")[:-1] == before
    assert query(data, "select must_links from identity.runs order by run_number") == [(None,), (0,)]


def test_a_run_that_fails_leaves_the_last_state(data, monkeypatch):
    company.write(data, *company.make_records(company.make_people(60)))
    resolve_identity(MONDAY)
    before = contents(data)
    company.write(data, *company.make_records(company.make_people(70)))
    monkeypatch.setitem(identity_tables.INSERTED, "matching.keys", "select * from no_such_table")
    with pytest.raises(duckdb.CatalogException):
        resolve_identity(TUESDAY)
    assert contents(data) == before
