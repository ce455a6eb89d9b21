"""Phone numbers: the spellings of people, and the corpora of libphonenumber."""

import csv
import json
from pathlib import Path

import pytest

from pipelines.standardize.phones import parse_phone

FIXTURES = Path(__file__).parents[2] / "fixtures" / "standardize"


@pytest.mark.parametrize(
    "raw",
    [
        "8 (916) 123-45-67",
        "9161234567",
        "89161234567",
        "79161234567",
        "'+79161234567",
        "p:+79161234567",
        "+8 916 123 45 67",
        "тел. 8 916 1234567",
        "+7-916-123-45-67",
        "0079161234567",
    ],
)
def test_every_russian_spelling_of_a_number_is_one_number(raw):
    assert parse_phone(raw, "RU").value == "+79161234567"


def test_an_extension_stands_apart_from_the_number():
    assert parse_phone("8-495-123-45-67 доб. 12", "RU")[:2] == ("+74951234567", "12")
    assert parse_phone("(212) 555-0134 x5", "US")[:2] == ("+12125550134", "5")


@pytest.mark.parametrize(
    ("raw", "region", "problem"),
    [
        ("12345", "RU", "too_short"),
        ("нет", "RU", "no_digits"),
        ("9161234567", None, "no_country_code"),
        ("555-0134", "US", "no_area_code"),
        ("+7 000 000-00-01", "RU", "outside_numbering_plan"),
    ],
)
def test_what_is_no_number_says_why(raw, region, problem):
    phone = parse_phone(raw, region)
    assert (phone.value, phone.problem) == (None, problem)


def test_nothing_is_neither_a_number_nor_a_problem():
    assert parse_phone("  ", "RU") == parse_phone(None) == (None, None, None)


def test_example_numbers_of_every_region_are_read_in_national_and_international_form():
    rows = list(csv.DictReader((FIXTURES / "example_numbers.csv").open()))
    lost = [row["e164"] for row in rows if parse_phone(row["e164"]).value != row["e164"]]
    assert len(rows) > 400
    assert lost == []


def test_messy_text_never_raises_and_gives_a_number_or_a_problem():
    texts = json.loads((FIXTURES / "messy_numbers.json").read_text())
    phones = [parse_phone(text, "US") for text in texts if text.strip()]
    assert all((phone.value is None) != (phone.problem is None) for phone in phones)
    assert sum(phone.value is not None for phone in phones) > len(phones) / 4


@pytest.mark.parametrize(
    ("raw", "e164"),
    [
        ("(212) 555-0134", "+12125550134"),
        ("1-212-555-0134", "+12125550134"),
        ("8 (212) 555-01-34", None),
        ("9161234567", "+79161234567"),
        ("(495) 123-45-67", "+74951234567"),
        ("8 (916) 123-45-67", "+79161234567"),
        ("+7 212 555-01-34", None),
    ],
)
def test_a_bare_number_goes_to_another_region_only_if_its_own_has_no_place_for_it(raw, e164):
    assert parse_phone(raw, "RU,US").value == e164


def test_another_region_says_nothing_where_no_region_is_known():
    assert parse_phone("2125550134", None).value is None
