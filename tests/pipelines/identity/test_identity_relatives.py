"""Two hundred families of made-up people: sons named like their fathers, twins, and numbered people of a test system.

Everyone has two records, a year and a system apart. How often two people become one customer, and one person two, is counted.
"""

import random
from collections import Counter
from datetime import date, datetime, timedelta

import duckdb
import known_people as company
import pytest

from pipelines.identity import resolve_identity

MONDAY = datetime(2026, 1, 5)


def _records(chance: random.Random, person: dict) -> tuple[list[dict], list[tuple]]:
    """What a till and a shop know of one person: name and date of birth, an address or a phone or both; the e-mail in one."""
    records, identifiers = [], []
    for system in ("till", "shop"):
        record_id = f"{system}:customer:{person['person_id']}"
        record = {"record_id": record_id} | {key: person[key] for key in ("person_id", "given_name_key", "family_name_key")}
        record |= {"birth_date": person["birth_date"]} if person["birth_date"] and chance.random() < 0.9 else {}
        at_home = chance.random() < 0.7
        records.append(record | (person["home"] if at_home else {}))
        identifiers += [(record_id, "phone", person["phone"])] if not at_home or chance.random() < 0.8 else []
        identifiers += [(record_id, "email", person["email"])] if person["email"] and system == "shop" else []
    return records, identifiers


def _families(kind: str, count: int = 200) -> list[tuple[dict, dict]]:
    """Pairs of people who share family name, phone and home."""
    chance = random.Random(kind)
    families = []
    for number in range(count):
        family = chance.choice(company.ONSETS) + chance.choice(company.MIDDLES) + chance.choice(company.ENDINGS)
        home = {
            "street_key": f"{chance.choice(company.STREETS)} {chance.randint(1, 150)} {chance.randint(1, 90)}",
            "locality_key": chance.choice(company.CITIES),
        }
        shared = {"family_name_key": family, "home": home, "phone": f"+7999{chance.randint(1000000, 9999999)}"}
        elder = date(1950, 1, 1) + timedelta(days=chance.randint(0, 9000))
        younger = elder + timedelta(days=chance.randint(18 * 365, 40 * 365)) if kind == "juniors" else elder
        first = chance.choice(company.GIVEN_MALE)
        second = first if kind == "juniors" else chance.choice([name for name in company.GIVEN_MALE + company.GIVEN_FEMALE if name != first])
        two = ((first, elder), (second, younger))
        families.append(tuple(
            shared | {"person_id": f"{kind}-{number}-{side}", "given_name_key": given, "birth_date": birth, "email": f"{chance.randbytes(5).hex()}@example.org"}
            for side, (given, birth) in enumerate(two)
        ))  # fmt: skip
    return families


def _customers(data, records: list[dict], identifiers: list[tuple], links: list[tuple] = ()) -> dict[str, str]:
    company.write(data, records, identifiers, links)
    resolve_identity(MONDAY)
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        return dict(connection.execute("select record_id, customer_id from identity.record_customers").fetchall())


def _counted(data, families: list[tuple[dict, dict]]) -> Counter:
    """How many families have two people in one customer (`merged`), and how many people two customers (`parted`), among ordinary customers."""
    chance = random.Random(1)
    records, identifiers, links = company.make_records(company.make_people(600))
    for person in (person for family in families for person in family):
        more = _records(chance, person)
        records, identifiers = records + more[0], identifiers + more[1]
    found = _customers(data, records, identifiers, links)
    held = {person["person_id"]: {found[f"{system}:customer:{person['person_id']}"] for system in ("till", "shop")} for family in families for person in family}
    merged = sum(bool(held[one["person_id"]] & held[other["person_id"]]) for one, other in families)
    return Counter(merged=merged, parted=sum(len(customers) > 1 for customers in held.values()))


def test_a_son_with_his_fathers_name_phone_and_home_is_another_customer(data):
    found = _counted(data, _families("juniors"))
    assert found["merged"] <= 60


def test_twins_of_whom_both_names_stand_in_two_records_are_two_customers(data):
    found = _counted(data, _families("twins"))
    assert found["merged"] <= 40
    assert found["parted"] <= 40


@pytest.mark.parametrize("count", [60, 1500])
def test_numbered_people_of_a_test_system_are_not_one(data, count):
    people = [{"person_id": str(number), "given_name_key": f"user{number:04}", "family_name_key": f"test{number:04}", "birth_date": None, "home": {},
               "phone": f"+7916{5550000 + number}", "email": f"user{number:04}@example.com"} for number in range(count)]  # fmt: skip
    made = [_records(random.Random(person["person_id"]), person) for person in people]
    found = _customers(data, [record for records, _ in made for record in records], [held for _, identifiers in made for held in identifiers])
    owners = {customer: {record.rsplit(":", 1)[1] for record, other in found.items() if other == customer} for customer in set(found.values())}
    assert all(len(people) == 1 for people in owners.values())
    assert len(owners) <= 1.05 * count
