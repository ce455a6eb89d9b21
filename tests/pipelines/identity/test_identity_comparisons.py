"""What two records come to when they are compared: the level of a comparison, asked of DuckDB with the conditions that matching uses."""

import duckdb
import pytest

from pipelines.identity.comparisons import COMPARISONS
from pipelines.identity.people import COLUMNS

SETS = {"emails", "private_emails", "email_locals", "phones", "private_phones", "cards", "accounts", "national_ids"}
TYPES = (
    dict.fromkeys(COLUMNS, "varchar")
    | dict.fromkeys(SETS, "varchar[]")
    | {"birth_date": "date"}
    | {f"birth_{part}": "bigint" for part in ("year", "month", "day")}
)


def level(comparison: str, left: dict, right: dict) -> str:
    """The first level whose condition the two fulfil. A given name is formal unless `given_key` says how it was written."""
    sides = [{"given_key": side.get("given_name_key")} | side for side in (left, right)]
    columns = [f"cast(${column}_{end} as {kind}) as {column}_{end}" for column, kind in TYPES.items() for end in "lr"]
    values = {f"{column}_{end}": side.get(column, [] if column in SETS else None) for column in TYPES for end, side in zip("lr", sides, strict=True)}
    cases = " ".join(f"when {condition} then '{label}'" for label, condition in COMPARISONS[comparison] if condition != "else")
    last = COMPARISONS[comparison][-1][0]
    return duckdb.execute(f"select case {cases} else '{last}' end from (select {', '.join(columns)})", values).fetchall()[0][0]


def person(given: str | None, family: str | None, **others) -> dict:
    return {"given_name_key": given, "family_name_key": family, "name_key": given and family and f"{given}|{family}"} | others


def test_a_mistyped_name_is_similar_to_the_name_as_written_though_its_formal_name_is_spelled_quite_differently():
    paul = person("pavel", "velsh", given_key="paul")
    assert level("name", paul, person("pual", "velsh")) == "similar"
    assert level("name", person("ekaterina", "park", given_key="katerine"), person("katmerine", "park")) == "similar"


def test_two_known_names_are_not_similar_because_their_short_forms_are_one_letter_apart():
    misha, masha = person("mihail", "orlov", given_key="misha"), person("maria", "orlov", given_key="masha")
    assert level("name", misha, masha) == "same family name, other given name"


@pytest.mark.parametrize(
    ("initial", "expected"),
    [
        ("k", "same family name, initial"),
        ("e", "same family name, initial"),
        ("p", "same family name, other given name"),
        (None, "same family name only known"),
    ],
)
def test_an_initial_may_stand_for_the_name_as_written_or_the_formal_one_and_another_initial_is_another_name(initial, expected):
    assert level("name", person(None, "orlova", given_key=initial), person("ekaterina", "orlova", given_key="katia")) == expected


HOME = {"locality_key": "omsk", "postal_key": "644000"}


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("leninskaia12", "leninskaa12", "similar street and house, one place"),
        ("lenina12", "lenina1245", "similar street and house, one place"),  # flat 45 of the same house
        ("12mainbulvar", "14mainbulvar", "similar street, another house"),
        ("mainbulvar1245", "mainbulvar1246", "similar street, another house"),
    ],
)
def test_neighbours_do_not_live_in_one_house(left, right, expected):
    assert level("address", HOME | {"street_key": left}, HOME | {"street_key": right}) == expected


MANY = {"phones": ["+79990000001"], "private_phones": []}
ONE = {"phones": ["+79990000001"], "private_phones": ["+79990000001"]}


@pytest.mark.parametrize("nameless", [person(None, "orlova"), person("orlova", None)])
def test_who_is_only_known_by_a_family_name_may_be_anybody_of_that_family(nameless):
    anna = person("anna", "orlova")
    assert level("name", nameless, anna) == "same family name only known"
    assert level("phone", nameless | MANY, anna | MANY) == "nothing to compare"
    assert level("phone", nameless | ONE, anna | ONE) == "share a private one"
    assert level("address", nameless | HOME | {"street_key": "lenina12"}, anna | HOME | {"street_key": "lenina12"}) == "home of the family"


def test_of_two_without_given_names_a_shared_phone_and_home_say_what_they_say():
    nameless = person(None, "orlova") | HOME | {"street_key": "lenina12"} | MANY
    assert level("phone", nameless, nameless) == "share one of several people"
    assert level("address", nameless, nameless) == "same street and house"


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (person("petr", "orlova"), "nothing to compare"),
        (person("aina", "orlova"), "similar street and house, one place"),
        (person("petr", "smirnova"), "similar street and house, one place"),
    ],
)
def test_a_mistyped_street_is_the_home_that_relatives_share(other, expected):
    assert level("address", person("anna", "orlova") | HOME | {"street_key": "leninskaia12"}, other | HOME | {"street_key": "leninskaa12"}) == expected


@pytest.mark.parametrize("other", ["ivan.petrov7@example.org", "ivanpetrov@example.org", "ivan_petrov@example.org"])
def test_namesakes_divide_one_address_by_dots_and_digits(other):
    ivan = person("ivan", "petrov") | {"emails": ["ivan.petrov@example.org"], "private_emails": ["ivan.petrov@example.org"]}
    assert level("email", ivan, ivan | {"emails": [other], "private_emails": [other]}) == "nothing to compare"
    assert level("email", ivan, ivan | {"emails": ["ivan.petrow@example.org"], "private_emails": []}) == "almost the same"
