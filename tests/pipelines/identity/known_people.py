"""A small made-up company for the tests of identity: people with known records, in the shape of `intermediate`.

Seeded. Has namesakes, relatives who share a phone and a street, typos, maiden names, transliterated domains and bare e-mails.
"""

import random
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb
import pyarrow as pa

GIVEN_MALE = [
    "ivan",
    "petr",
    "aleksandr",
    "sergei",
    "dmitri",
    "andrei",
    "maksim",
    "nikolai",
    "pavel",
    "roman",
    "john",
    "james",
    "robert",
    "william",
    "thomas",
    "george",
    "henry",
    "oleg",
    "igor",
    "denis",
]
GIVEN_FEMALE = [
    "anna",
    "maria",
    "elena",
    "olga",
    "irina",
    "natalia",
    "tatiana",
    "svetlana",
    "iulia",
    "marina",
    "mary",
    "susan",
    "linda",
    "emily",
    "sarah",
    "alice",
    "grace",
    "vera",
    "nina",
    "daria",
]
ONSETS = [
    "sor",
    "vol",
    "kuz",
    "pet",
    "bel",
    "mor",
    "fed",
    "gol",
    "tim",
    "zah",
    "lar",
    "vin",
    "kra",
    "nov",
    "ort",
    "hal",
    "bro",
    "mil",
    "wat",
    "gra",
    "hug",
    "pow",
    "rus",
    "fos",
]
MIDDLES = ["ok", "ov", "in", "ar", "el", "an", "it", "on", "ur", "am"]
ENDINGS = ["in", "ov", "ev", "son", "ski", "er", "ton", "ley", "ko", "iuk"]
CITIES = ["moskva", "kazan", "samara", "perm", "omsk", "london", "boston", "leeds", "austin", "denver"]
STREETS = ["lenina", "mira", "sadovaia", "lesnaia", "high", "station", "church", "mill", "park", "river"]


def make_people(count: int, seed: int = 7) -> list[dict]:
    """People, a fifth of them in families with a common family name, street and phone."""
    chance = random.Random(seed)
    people: list[dict] = []
    while len(people) < count:
        family = chance.choice(ONSETS) + chance.choice(MIDDLES) + chance.choice(ENDINGS)
        home = {"street": f"{chance.choice(STREETS)} {chance.randint(1, 150)} {chance.randint(1, 90)}", "locality": chance.choice(CITIES)}
        size = 2 if chance.random() < 0.1 else 1
        shared_phone = f"+7999{chance.randint(1000000, 9999999)}"
        for _ in range(size):
            male = chance.random() < 0.5
            given = chance.choice(GIVEN_MALE if male else GIVEN_FEMALE)
            number = len(people)
            people.append({
                "person_id": f"p{number}", "given": given, "family": family, "additional": chance.choice(GIVEN_MALE) + "vich",
                "birth": date(1950, 1, 1) + timedelta(days=chance.randint(0, 20000)),
                "email": f"{given}.{family}{number}@example.{chance.choice(['com', 'org', 'net'])}",
                "phone": shared_phone if size == 2 else f"+7916{chance.randint(1000000, 9999999)}", "card": f"L{100000 + number}", **home,
            })  # fmt: skip
    return people[:count]


def typo(chance: random.Random, word: str) -> str:
    at = chance.randrange(1, len(word))
    return word[:at] + word[at + 1 :] if chance.random() < 0.5 else word[:at] + chance.choice("aeiouk") + word[at:]


def make_records(people: list[dict], seed: int = 7) -> tuple[list[dict], list[tuple], list[tuple]]:
    """Records, identifiers and links: three records per person on average, each telling a part."""
    chance = random.Random(seed + 1)
    records, identifiers, links = [], [], []
    for person in people:
        own = []
        for number in range(chance.choice([1, 2, 3, 3, 4, 5])):
            record_id = f"crm:contact:{person['person_id']}-{number}"
            if chance.random() < 0.15:
                records.append({"record_id": record_id, "person_id": person["person_id"]})
                identifiers.append((record_id, "email", person["email"]))
                continue
            given, family = person["given"], person["family"]
            given = typo(chance, given) if chance.random() < 0.05 else given
            family = typo(chance, family) if chance.random() < 0.05 else family
            family = family[::-1] if chance.random() < 0.02 else family
            record = {"record_id": record_id, "person_id": person["person_id"], "given_name_key": given, "family_name_key": family}
            if chance.random() < 0.4:
                record["additional_name_key"] = person["additional"]
            if chance.random() < 0.6:
                record["birth_date"] = person["birth"]
            if chance.random() < 0.5:
                record |= {"street_key": person["street"], "locality_key": person["locality"]}
            records.append(record)
            own.append(record_id)
            contacts = [kind for kind, share in (("email", 0.7), ("phone", 0.7), ("loyalty_card", 0.3)) if chance.random() < share] or ["email"]
            identifiers += [(record_id, kind, person["card" if kind == "loyalty_card" else kind]) for kind in contacts]
    cards: dict[str, list[str]] = {}
    for record_id, kind, value in identifiers:
        if kind == "loyalty_card":
            cards.setdefault(value, []).append(record_id)
    links += [(min(a, b), max(a, b), "loyalty_card") for holders in cards.values() for a, b in pairwise(holders)]
    return records, identifiers, links


RECORD_FIELDS = ("given_name_key", "given_key", "family_name_key", "additional_name_key", "street_key", "locality_key")

RECORD_SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        *((field, pa.string()) for field in RECORD_FIELDS),
        ("birth_date", pa.date32()),
        ("gender", pa.string()),
        ("postal_code", pa.string()),
        ("person_id", pa.string()),
    ]
)


def write(data: Path, records: list[dict], identifiers: list[tuple], links: list[tuple], overrides: list[tuple] = (), *, truth: bool = True) -> None:
    """Puts the company into a warehouse the way dbt would have left it."""
    data.mkdir(parents=True, exist_ok=True)
    records = [{"given_key": record.get("given_name_key")} | record for record in records]  # a formal name unless a test says otherwise
    rows = pa.Table.from_pylist([
        {"record_id": record["record_id"], **{field: record.get(field) for field in RECORD_FIELDS}, "birth_date": record.get("birth_date"),
         "gender": record.get("gender"), "postal_code": record.get("postal_code"), "person_id": record.get("person_id")} for record in records
    ], schema=RECORD_SCHEMA)  # fmt: skip
    held = pa.Table.from_pylist(
        [{"record_id": r, "identifier_type": t, "value": v} for r, t, v in identifiers],
        schema=pa.schema([(name, pa.string()) for name in ("record_id", "identifier_type", "value")]),
    )
    declared = pa.Table.from_pylist(
        [{"left_record_id": a, "right_record_id": b, "reason": why} for a, b, why in links],
        schema=pa.schema([(name, pa.string()) for name in ("left_record_id", "right_record_id", "reason")]),
    )
    decided = pa.Table.from_pylist(
        [{"action": action, "left_record_id": a, "right_record_id": b} for action, a, b in overrides],
        schema=pa.schema([(name, pa.string()) for name in ("action", "left_record_id", "right_record_id")]),
    )
    connection = duckdb.connect(str(data / "warehouse.duckdb"))
    for name, table in (("rows_in", rows), ("held", held), ("declared", declared), ("decided", decided)):
        connection.register(name, table)
    connection.execute("create schema if not exists intermediate")
    connection.execute("""
        create or replace table intermediate.int_records as
        select * exclude (person_id), given_name_key as given_name, family_name_key as family_name, year(birth_date) as birth_year, month(birth_date) as birth_month, day(birth_date) as birth_day from rows_in
    """)
    connection.execute(
        "create or replace table intermediate.int_identifiers as select *, value as raw_value, true as is_valid, false as is_junk, false as is_shared from held"
    )
    for spelled in ("int_email_values", "int_phone_values"):
        connection.execute(f"create table if not exists intermediate.{spelled} (raw_value varchar, value varchar)")
    connection.execute("create table if not exists intermediate.int_placeholder_names (name varchar, record_count bigint)")
    connection.execute("create table if not exists intermediate.int_placeholder_birth_dates (birth_date date, record_count bigint, is_year_known boolean)")
    connection.execute("create or replace table intermediate.int_links as select * from declared")
    connection.execute("create schema if not exists seeds")
    connection.execute("create or replace table seeds.identity_overrides as select * from decided")
    if truth:
        (data / "truth").mkdir(exist_ok=True)
        connection.execute(f"copy (select record_id, person_id from rows_in) to '{data / 'truth' / 'records.parquet'}' (format parquet)")
    connection.close()
