"""One spelling for a phone number: E.164, its extension apart, and the reason when it cannot be a number.

Possible is enough: numbering plans change, and numbers of films and demos are no subscriber's. Whether a number is junk or
shared is decided in `models/intermediate`, by a seed and by counting.
"""

import re
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber


class Phone(NamedTuple):
    """What was read. `problem` is null exactly when `value` is not."""

    value: str | None
    extension: str | None
    problem: str | None


EMPTY = Phone(None, None, None)
# `p:+7916…` of Meta's exports, `tel:`, and the apostrophe that keeps spreadsheets from counting with a number.
PREFIX = re.compile(r"^[\s'’`\"]*(?:(?:p|t|tel|phone|т|тел|моб)\s*[.:]+\s*)?['’]?", re.IGNORECASE)
# The Russian trunk prefix is often written with a plus, or in a base whose region is another country.
RUSSIAN_TRUNK = re.compile(r"^\+?8(9[0-9]{9})$")
RUSSIAN_BARE = re.compile(r"^7([3489][0-9]{9})$")
NOT_DIGITS = re.compile(r"[^0-9+]")
# What the plan of a country allows at all; elsewhere the library's lengths decide.
NATIONAL_SHAPE = {1: re.compile(r"^[2-9][0-9]{2}[2-9][0-9]{6}$"), 7: re.compile(r"^[3-9][0-9]{9}$")}
# Of the countries whose numbers share a base without their code, Russia and North America: bare, or with the trunk prefix 8 or 1.
NATIONAL_LENGTHS = (10, 11)
PROBLEMS = {
    phonenumbers.ValidationResult.TOO_SHORT: "too_short",
    phonenumbers.ValidationResult.TOO_LONG: "too_long",
    phonenumbers.ValidationResult.INVALID_LENGTH: "impossible_length",
    phonenumbers.ValidationResult.INVALID_COUNTRY_CODE: "unknown_country_code",
    phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "no_area_code",
}


def parse_phone(raw: str | None, regions: str | None = None) -> Phone:
    """Reads one number. `regions` (ISO 3166, comma-separated): where numbers without a country code belong, then where else they may."""
    if raw is None or not raw.strip():
        return EMPTY
    region, *others = regions.split(",") if regions else [None]
    if others and (elsewhere := _elsewhere(raw, region, others)):
        return elsewhere
    text = PREFIX.sub("", raw)
    digits = NOT_DIGITS.sub("", text)
    if not any(character.isdigit() for character in digits):
        return Phone(None, None, "no_digits")
    text = _with_country_code(text, digits, region)
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException as error:
        return Phone(None, None, "no_country_code" if error.error_type == NumberParseException.INVALID_COUNTRY_CODE else "not_a_number")
    problem = _problem(number)
    return (
        Phone(None, None, problem)
        if problem
        else Phone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), number.extension or None, None)
    )


def _elsewhere(raw: str, region: str, others: list[str]) -> Phone | None:
    """A national number that no plan of the first region knows and another's does. A number that both know stays with the first."""
    text = PREFIX.sub("", raw)
    digits = NOT_DIGITS.sub("", text)
    if len(digits) not in NATIONAL_LENGTHS or not digits.isdigit() or _is_valid(text, region):
        return None
    known = next((other for other in others if other != region and _is_valid(text, other)), None)
    return parse_phone(raw, known) if known else None


def _is_valid(text: str, region: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except NumberParseException:
        return False


def _with_country_code(text: str, digits: str, region: str | None) -> str:
    """`+8 916…` and `8 916…` are Russian in any base; `7916…` too, and `00` is a plus, where the base is not American."""
    if match := RUSSIAN_TRUNK.match(digits):
        return f"+7{match[1]}"
    if (match := RUSSIAN_BARE.match(digits)) and len(digits) == 11:
        return f"+7{match[1]}"
    return f"+{text.lstrip()[2:]}" if text.lstrip().startswith("00") else text


def _problem(number: PhoneNumber) -> str | None:
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:
        return PROBLEMS.get(reason, "impossible_length")
    national = phonenumbers.national_significant_number(number)
    shape = NATIONAL_SHAPE.get(number.country_code)
    if shape and not shape.match(national) and not phonenumbers.is_valid_number(number):
        return "outside_numbering_plan"
    return None
