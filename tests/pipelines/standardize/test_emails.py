"""E-mail addresses: the spellings of people, and the corpus of isemail."""

import json
from pathlib import Path

import pytest

from pipelines.standardize.emails import parse_email

FIXTURES = Path(__file__).parents[2] / "fixtures" / "standardize"
# Valid on paper, not in practice: quoted local parts, bare hosts, IPs. We say no, knowingly.
PAPER_ONLY = ('"', "\\", "[", "(", " ")


@pytest.mark.parametrize(
    "raw", ["anna@example.com", "  Anna@Example.COM ", "mailto:anna@example.com", "Anna <anna@example.com>", "anna@example.com.", "'anna@example.com',"]
)
def test_every_spelling_of_an_address_is_one_address(raw):
    assert parse_email(raw).value == "anna@example.com"


def test_both_forms_of_a_cyrillic_domain_are_one_address():
    assert parse_email("info@xn--e1afmkfd.xn--p1ai").value == parse_email("INFO@Пример.рф").value == "info@пример.рф"


def test_a_tag_stays_in_the_value_and_leaves_the_mailbox():
    email = parse_email("anna+news@example.com")
    assert (email.value, email.mailbox) == ("anna+news@example.com", "anna@example.com")


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ("нет", "no_at_sign"),
        ("@example.com", "empty_local_part"),
        ("a@@example.com", "several_at_signs"),
        ("a..b@example.com", "bad_local_part"),
        ("a@example", "no_top_level_domain"),
        ("a@exa mple.com", "bad_domain"),
        ("a" * 65 + "@example.com", "too_long"),
    ],
)
def test_what_is_no_address_says_why(raw, problem):
    email = parse_email(raw)
    assert (email.value, email.problem) == (None, problem)


def test_addresses_that_isemail_calls_errors_are_refused_unless_only_their_surroundings_are():
    cases = json.loads((FIXTURES / "isemail_addresses.json").read_text())
    errors = [case["address"] for case in cases if case["category"] == "ISEMAIL_ERR"]
    # Blanks, a trailing full stop or comma around an address are cleaned away before it is judged.
    accepted = [address for address in errors if (email := parse_email(address)).value and address.strip() == address and email.value == address.lower()]
    assert len(errors) > 50
    assert accepted == []


def test_addresses_that_isemail_calls_valid_are_read():
    cases = json.loads((FIXTURES / "isemail_addresses.json").read_text())
    valid = [case["address"] for case in cases if case["category"] == "ISEMAIL_VALID_CATEGORY" and not any(mark in case["address"] for mark in PAPER_ONLY)]
    refused = {address for address in valid if parse_email(address).value is None and "." in address.rpartition("@")[2]}
    assert len(valid) > 10
    assert refused == set()
