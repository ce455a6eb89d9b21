"""The seed `identifier_types`: what keeps two customers apart, and which lines of it are refused."""

import re
from datetime import datetime
from itertools import pairwise

import duckdb
import known_people as company
import pytest

from pipelines.identity import identifier_types, resolve_identity
from pipelines.identity.identifier_types import WrongIdentifierTypes
from pipelines.settings import PROJECT

MONDAY, TUESDAY = datetime(2026, 1, 5), datetime(2026, 1, 6)
SHIPPED = identifier_types.FILE.read_text()
ANNA = {"given_name_key": "anna", "family_name_key": "volkovina", "additional_name_key": "petrovna"}
ONE, TWO, SHOP = "crm:contact:anna1", "crm:contact:anna2", "shop:customer:anna"
RECORDS = [{"record_id": record} | ANNA for record in (ONE, TWO, SHOP)]
EMAILS = [(record, "email", "anna.volkovina@example.org") for record in (ONE, TWO, SHOP)]


@pytest.fixture
def veto(tmp_path, monkeypatch):
    """Says in a seed of this test's own when a type keeps customers apart."""

    def set_to(**types: str) -> None:
        file = tmp_path / "identifier_types.csv"
        lines = [line for line in SHIPPED.splitlines() if line.split(",")[0] not in types]
        file.write_text("\n".join([*lines, *(f"{kind},{when},5" for kind, when in types.items())]) + "\n")
        monkeypatch.setattr(identifier_types, "FILE", file)

    return set_to


def write(data, identifiers: list[tuple], links: list[tuple] = (), overrides: list[tuple] = ()) -> None:
    records, others, declared = company.make_records(company.make_people(60))
    company.write(data, [*records, *RECORDS], [*others, *EMAILS, *identifiers], [*declared, *links], overrides, truth=False)


def customers(data) -> dict[str, str]:
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        return dict(connection.execute("select record_id, customer_id from identity.record_customers").fetchall())


def together(data, *records: str) -> bool:
    found = customers(data)
    return len({found[record] for record in records}) == 1


@pytest.mark.parametrize("kind", ["loyalty_card", "national_id", "hubspot_contact_id", "till_client_id"])
def test_two_values_of_what_a_person_has_only_one_keep_equal_people_apart(data, veto, kind):
    write(data, [(ONE, kind, "1001"), (TWO, kind, "2002")])
    veto(**{kind: "never"})
    resolve_identity(MONDAY)
    if kind not in ("loyalty_card", "national_id"):  # cards and national ids are compared too, and may decide by their weight
        assert together(data, ONE, TWO, SHOP)
    veto(**{kind: "always"})
    resolve_identity(TUESDAY)
    assert not together(data, ONE, TWO)
    assert together(data, ONE, SHOP) or together(data, TWO, SHOP)


def test_as_shipped_two_contacts_of_one_crm_may_be_one_person(data):
    write(data, [(ONE, "hubspot_contact_id", "1001"), (TWO, "hubspot_contact_id", "2002")])
    resolve_identity(MONDAY)
    assert together(data, ONE, TWO, SHOP)


@pytest.mark.parametrize("binding", [{"links": [(ONE, TWO, "merged in the CRM")]}, {"overrides": [("must_link", ONE, TWO)]}])
def test_a_merge_in_the_crm_and_a_steward_go_over_different_unique_identifiers(data, veto, binding):
    veto(hubspot_contact_id="always")
    write(data, [(ONE, "hubspot_contact_id", "1001"), (TWO, "hubspot_contact_id", "2002")], **binding)
    resolve_identity(MONDAY)
    assert together(data, ONE, TWO, SHOP)


def test_a_pair_that_only_different_unique_identifiers_part_waits_for_a_person(data, veto):
    veto(hubspot_contact_id="always")
    write(data, [(ONE, "hubspot_contact_id", "1001"), (TWO, "hubspot_contact_id", "2002")])
    resolve_identity(MONDAY)
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        found = connection.execute("select decision, reason from identity.pairs where left_record_id = ? and right_record_id = ?", [ONE, TWO]).fetchall()
    assert found == [("review", "veto")]


def test_unique_identifiers_also_part_a_component_too_large_to_be_scored_in_full(data, veto):
    chain = [{"record_id": f"crm:contact:chain{number:03}"} | ANNA for number in range(60)]
    identifiers = [(record["record_id"], "email", f"anna.volkovina.{number}@example.org") for number, record in enumerate(chain)]
    identifiers += [(later["record_id"], "email", f"anna.volkovina.{number}@example.org") for number, (_, later) in enumerate(pairwise(chain))]
    ids = [(record["record_id"], "hubspot_contact_id", str(number)) for number, record in enumerate(chain) if number % 20 == 0]
    others = company.make_records(company.make_people(60))
    company.write(data, [*others[0], *chain], [*others[1], *identifiers, *ids], others[2], truth=False)
    resolve_identity(MONDAY)
    assert together(data, *(record for record, _, _ in ids))
    veto(hubspot_contact_id="always")
    resolve_identity(TUESDAY)
    found = customers(data)
    assert len({found[record] for record, _, _ in ids}) == len(ids)


def test_a_change_of_the_seed_has_every_record_decided_again(data, veto):
    write(data, [])
    resolve_identity(MONDAY)
    assert resolve_identity(TUESDAY).skipped
    veto(hubspot_contact_id="always")
    report = resolve_identity(TUESDAY)
    assert not report.skipped and report.changed_records == report.records


def test_a_run_of_what_changed_heeds_unique_identifiers_like_a_full_one(data, veto):
    veto(hubspot_contact_id="always")
    write(data, [(ONE, "hubspot_contact_id", "1001")])
    resolve_identity(MONDAY)
    assert together(data, ONE, TWO, SHOP)
    write(data, [(ONE, "hubspot_contact_id", "1001"), (TWO, "hubspot_contact_id", "2002")])
    assert 0 < resolve_identity(TUESDAY).changed_records < 5
    step_by_step = customers(data)
    resolve_identity(TUESDAY, full=True)
    assert customers(data) == step_by_step
    assert not together(data, ONE, TWO)


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("loyalty_card,sometimes,5", "veto must be one of never, other_name, always"),
        ("loyalty_card,,5", "veto must be one of"),
        ("loyalty_card,never,many", "a whole number from 1"),
        ("loyalty_card,never,0", "a whole number from 1"),
        ("loyalty_card,never,", "a whole number from 1"),
        ("loyalty_card,never", "there must be 3 cells"),
        ("loyalty_card,never,5,6", "there must be 3 cells"),
        ("Loyalty Card ,never,5", "small letters and without spaces"),
        (",never,5", "such as loyalty_card"),
        ("email,never,5", "remove one of the two"),
    ],
)
def test_a_line_that_cannot_be_obeyed_is_refused_with_its_number_and_a_remedy(tmp_path, line, remedy):
    file = tmp_path / "identifier_types.csv"
    file.write_text(f"identifier_type,veto,shared_by_more_than\nany,never,5\nemail,never,5\n{line}\n")
    with pytest.raises(WrongIdentifierTypes, match=r"identifier_types\.csv, line 4: .*" + re.escape(remedy)):
        identifier_types.read(file)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("identifier_type,shared_by_more_than\nany,5\n", "line 1: the columns must be identifier_type, veto, shared_by_more_than"),
        ("", "line 1: the columns must be"),
        ("identifier_type,veto,shared_by_more_than\nany,always,5\n", "line 2: veto of any must be never"),
        ("identifier_type,veto,shared_by_more_than\nemail,never,5\n", "add a line `any,never,5`"),
    ],
)
def test_a_seed_that_says_nothing_of_other_types_or_has_other_columns_is_refused(tmp_path, text, remedy):
    file = tmp_path / "identifier_types.csv"
    file.write_text(text)
    with pytest.raises(WrongIdentifierTypes, match=re.escape(remedy)):
        identifier_types.read(file)


def test_every_type_of_the_shipped_seed_comes_from_some_source():
    staged = "".join(path.read_text() for path in (PROJECT / "models/staging").rglob("*__identifiers.yml"))
    assert [kind.identifier_type for kind in identifier_types.read() if kind.identifier_type not in staged] == [identifier_types.ANY]
