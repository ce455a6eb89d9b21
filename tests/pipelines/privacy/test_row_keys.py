"""Older exports of a person's rows are found by a table's first required column, which so must number the rows; fingerprints by whose they are."""

import duckdb

from pipelines.privacy.matching import condition
from pipelines.privacy.subject import KEYLESS, SETS
from pipelines.sources.registry import presets

KEYS = {"id", "record_id", "customer_id", "order_id", "visit_id", "watch_id", "email_address", "name"}  # Shopify's order is known by its name


def test_what_a_row_is_found_by_is_its_own():
    firsts = {(preset.name, table.name): table.required[0] for preset in presets().values() for table in preset.tables if table.required}
    assert firsts.keys() > KEYLESS
    assert {name: first for name, first in firsts.items() if name not in KEYLESS and first not in KEYS} == {}


def test_the_fingerprint_of_a_visitor_is_found_by_an_id_too_short_to_be_found_as_a_word():
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as subject; create schema profile")
        for name, columns in SETS.items():
            connection.execute(f"create table subject.{name} ({columns})")
        connection.execute("create table profile.visitor_fingerprints as select unnest(['17', '18']) as visitor_id, 5 as fingerprint")
        connection.execute("insert into subject.texts values ('ga_client_id', '17'), ('phone', '18')")
        where = condition("profile", {"visitor_id": "VARCHAR", "fingerprint": "HUGEINT"}, "visitor_fingerprints")
        assert connection.execute(f"select visitor_id from profile.visitor_fingerprints where {where}").fetchall() == [("17",)]
