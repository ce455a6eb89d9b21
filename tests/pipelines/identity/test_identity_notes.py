"""What was left out, cut or not to be found is said in words, and no value is named."""

from datetime import datetime

import duckdb
import known_people as company

from pipelines.identity import resolve_identity
from pipelines.identity.notes import notes

ANNA = {"given_name_key": "anna", "family_name_key": "petrova"}
PHONE, EMAIL = "+79160000001", "anna@example.org"


def said(data, records: list[dict], identifiers: list[tuple], shared: str = "") -> str:
    company.write(data, records, identifiers, [], truth=False)
    with duckdb.connect(str(data / "warehouse.duckdb")) as connection:
        connection.execute("update intermediate.int_identifiers set is_shared = value = $shared", {"shared": shared})
    resolve_identity(datetime(2026, 1, 1))
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        return ". ".join(notes(connection))


def test_values_and_records_that_match_nothing_are_counted_and_not_named(data):
    names = [{"record_id": f"crm:contact:{n}", "given_name_key": f"name{n}", "family_name_key": f"other{n}"} for n in range(8)]
    silent = [{"record_id": "crm:contact:silent"}]
    equal = [{"record_id": f"crm:contact:equal{n}", **ANNA} for n in range(3)]
    held = [(record["record_id"], "phone", PHONE) for record in names] + [(record["record_id"], "email", EMAIL) for record in equal]
    words = said(data, names + silent + equal, held, shared=PHONE)
    assert "than may share one: 1 (phone; the most common is in 8 records)" in words
    assert "each a customer of its own: 1." in words and "go where it goes: 2." in words
    assert "the shipped model was used" in words
    assert PHONE not in words and EMAIL not in words


def test_a_crowd_that_was_not_compared_is_told_with_its_rule(data):
    crowd = [{"record_id": f"crm:contact:{n}", **ANNA} for n in range(100)]
    words = said(data, crowd, [])
    assert "The most common" in words and "is in 100 records, up to 60 are compared" in words


def test_a_run_without_anything_to_tell_says_only_which_model_it_used(data):
    words = said(data, [{"record_id": "crm:contact:1", **ANNA}], [("crm:contact:1", "email", EMAIL)])
    assert words.startswith("There was too little to learn from")
