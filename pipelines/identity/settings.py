"""Which pairs are looked at, what singles a person out and what keeps people apart: data, with the reason of each odd choice.

Fitted parameters stay out: they belong to a model file (`model.py`). No SQL is ever saved with a model, so that a model outlives a
change of engine.
"""

import hashlib
import json

from pipelines.identity.comparisons import COMPARISONS, FREQUENCY_LEVEL, NOTHING

# Levels that single out a person: two random people hardly ever agree on them, while random pairs of a small company hold
# enough true matches to hide that. Their u is reckoned from the pairs that agree, of which this share is believed to be two people:
# an e-mail given at a till by somebody else, a phone number passed on, neighbours in one house.
EXCLUSIVE: dict[tuple[str, str], float] = {
    ("email", "share a private one"): 0.005,
    ("email", "share one of several people"): 0.2,
    ("phone", "share a private one"): 0.01,
    ("phone", "share one of several people"): 0.3,
    ("address", "same street and house"): 0.1,
    ("email", "almost the same"): 0.2,
    ("phone", "one digit differs"): 0.5,
    ("account", "share one"): 0.002,
    ("national_id", "share one"): 0.002,
}

# Father and son of one name share all but the date of birth, and are never one where dates can be relied on: see RELIABLE.
# Identifiers that keep customers apart are the seed `identifier_types`.
VETO: dict[str, tuple[str, ...]] = {
    "birth_date": ("a generation apart",),
    "name": ("same", "similar"),
    "account": ("share none", NOTHING),
    "national_id": ("share none", "one digit differs", NOTHING),
}
# A level that vetoes does so only if it weighs less than this: where one in a hundred of those who share a card or an id are a generation
# apart, dates are mistyped more often than namesakes of two generations live together.
RELIABLE = {("birth_date", "a generation apart"): -5.9}

# Rules of blocking: a pair that agrees on one of the expressions is scored. A value held by too many records is skipped for that
# rule and counted: common names come back through the narrower rules below them.
BLOCKING: dict[str, str] = {
    "email": "unnest(emails)",
    "phone": "unnest(phones)",
    "card or account": "unnest(list_concat(cards, accounts, national_ids))",
    "email_local": "unnest(email_locals)",
    "street and given name": "street_key || '|' || given_name_key",
    "names": "least(given_name_key, family_name_key) || '|' || greatest(given_name_key, family_name_key)",
    "names and locality": "name_key || '|' || locality_key",
    "names and birth year": "name_key || '|' || birth_year",
    "names and day of birth": "name_key || '|' || birth_month || '-' || birth_day",
    "family name and birth date": "family_name_key || '|' || birth_date",
    "given name and birth date": "given_name_key || '|' || birth_date",
    "family name and locality": "left(family_name_key, 5) || '|' || left(given_name_key, 1) || '|' || locality_key",
    "birth date and locality": "birth_date || '|' || locality_key",
    "postal code and name": "postal_key || '|' || unnest([given_name_key, family_name_key])",
    "postal code and locality": "postal_key || '|' || locality_key",
    "birth date and initials": "birth_date || '|' || left(given_name_key, 1)",
    "birth date": "birth_date",
    "given name": "given_name_key",
    "family name": "family_name_key",
    "start of family name and birth year": "left(family_name_key, 3) || '|' || birth_year",
    "start of given name and birth year": "left(given_name_key, 3) || '|' || birth_year",
    "start of e-mail": "left(emails[1], 5)",
    "street and house": "street_key",
}
# A value held by more records than this is nobody's in particular.
CROWD = 60
# These bring at most so many pairs per record, and never less than are scored in a second anyway.
BROAD = ("birth date and initials", "birth date", "given name", "family name", "start of family name and birth year", "start of given name and birth year",
         "start of e-mail", "postal code and name", "postal code and locality", "birth date and locality", "street and house")  # fmt: skip
BROAD_PAIRS = 0.05
LEAST_BROAD_PAIRS = 100_000

# Kinds of likely pairs that EM learns from: what their records have in common, and the comparisons which that decides.
TRAINING: dict[str, tuple[str, tuple[str, ...]]] = {
    "same name": ("name_key", ("name", "gender")),
    "same e-mail": ("unnest(emails)", ("email",)),
    "same phone": ("unnest(phones)", ("phone",)),
    "same birth date": ("birth_date", ("birth_date",)),
    "same card or account": ("unnest(list_concat(cards, accounts))", ("account",)),
    "same national id": ("unnest(national_ids)", ("national_id",)),
    "same street and house": ("street_key", ("address",)),
}


def splink_settings(parameters: dict[str, dict[str, list[float]]] | None, probability: float) -> dict:
    """Splink's settings with these m and u, or untrained ones."""
    comparisons = [_comparison(name, levels, (parameters or {}).get(name, {})) for name, levels in COMPARISONS.items()]
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "n",
        "probability_two_random_records_match": probability,
        "comparisons": comparisons,
        # Pairs come from `block.py`, which can cap values; Splink insists on a rule.
        "blocking_rules_to_generate_predictions": ["l.n = r.n"],
        # Splink keeps the levels (gamma) only together with the columns; `score.py` takes what it needs and drops the rest.
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
        "max_iterations": 20,
    }


def _comparison(name: str, levels: list[tuple[str, str]], fitted: dict[str, list[float]]) -> dict:
    return {"output_column_name": name, "comparison_levels": [_level(name, label, condition, fitted.get(label)) for label, condition in levels]}


def _level(name: str, label: str, condition: str, fitted: list[float] | None) -> dict:
    level: dict = {"sql_condition": "ELSE" if condition == "else" else condition, "label_for_charts": label}
    if label == NOTHING:
        return level | {"is_null_level": True}
    if (name, label) == FREQUENCY_LEVEL:
        level |= {"tf_adjustment_column": "name_key", "disable_tf_exact_match_detection": True, "tf_minimum_u_value": 1e-7}
    if fitted:
        level |= {"m_probability": fitted[0], "u_probability": fitted[1]}
    return level


KEYS_FORMAT = 2  # how `block` writes keys down; another one makes all keys anew


def settings_version() -> str:
    """Changes whenever what is compared or looked at changes, so that old results and models are not taken for new ones."""
    return hashlib.md5(json.dumps([KEYS_FORMAT, COMPARISONS, BLOCKING, CROWD, BROAD, BROAD_PAIRS, LEAST_BROAD_PAIRS], ensure_ascii=False).encode()).hexdigest()[
        :8
    ]
