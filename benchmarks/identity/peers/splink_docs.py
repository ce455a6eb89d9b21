"""Splink as its documentation sets it up: the tutorial, the example for 50,000 historical persons, and the example for FEBRL 3.

They differ in what they block on: the last one finds most, and is meant for a few thousand records. Columns that those sets
lack (phone, street, card) are compared and blocked on the way the examples treat the like.
"""

import logging
from pathlib import Path

import duckdb
import pyarrow as pa
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

CLUSTER_AT = 0.95
logging.getLogger("splink").setLevel(logging.ERROR)

TUTORIAL = {
    "blocking": (("given_name", "locality"), ("family_name",), ("email",), ("phone",), ("national_id",), ("user_id",)),
    "deterministic": (
        ("given_name", "levenshtein(l.birth_date, r.birth_date) <= 1"),
        ("family_name", "levenshtein(l.birth_date, r.birth_date) <= 1"),
        ("given_name", "levenshtein(l.family_name, r.family_name) <= 2"),
        ("email",),
        ("national_id",),
    ),
    "recall": 0.7,
    "u_pairs": 1e6,
}
FIFTY_THOUSAND = {
    "blocking": (
        ("substr(given_name, 1, 3)", "substr(family_name, 1, 4)"),
        ("family_name", "birth_date"),
        ("given_name", "birth_date"),
        ("postal_code", "given_name"),
        ("postal_code", "family_name"),
        ("birth_date", "locality"),
        ("substr(postal_code, 1, 3)", "birth_date"),
        ("substr(postal_code, 1, 3)", "given_name"),
        ("email",),
        ("phone",),
        ("national_id",),
        ("user_id",),
    ),
    "deterministic": (
        ("given_name", "family_name", "birth_date"),
        ("substr(given_name, 1, 2)", "family_name", "substr(postal_code, 1, 2)"),
        ("birth_date", "postal_code"),
        ("email",),
        ("national_id",),
    ),
    "recall": 0.6,
    "u_pairs": 5e6,
}
FEBRL = {
    "blocking": (("national_id",), ("given_name",), ("family_name",), ("birth_date",), ("postal_code",), ("email",), ("phone",), ("user_id",)),
    "deterministic": (
        ("national_id",),
        ("given_name", "family_name", "birth_date"),
        ("given_name", "postal_code", "birth_date"),
        ("family_name", "postal_code", "birth_date"),
        ("email",),
    ),
    "recall": 0.8,
    "u_pairs": 1e6,
}
RECIPES = {"splink_tutorial": TUTORIAL, "splink_50k": FIFTY_THOUSAND, "splink_febrl3": FEBRL}
COLUMNS = ("given_name", "family_name", "birth_date", "locality", "email", "phone", "national_id", "postal_code", "street", "card_number", "user_id")


def match(peer: str, columns: dict[str, list], folder: Path) -> list[tuple[str, str]]:
    recipe = RECIPES[peer]
    absent = [column for column in COLUMNS if column not in columns]

    def possible(rules: tuple) -> list[tuple[str, ...]]:
        return [rule for rule in rules if not any(column in part for part in rule for column in absent)]

    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        comparisons=comparisons(peer, columns),
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in possible(recipe["blocking"])],
    )
    # The engine's own limits.
    api = DuckDBAPI(duckdb.connect(config={"memory_limit": "4GB", "threads": 2, "temp_directory": str(folder / "spill")}))
    linker = Linker(api.register(pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})), settings)
    linker.training.estimate_probability_two_random_records_match([spelled(rule) for rule in possible(recipe["deterministic"])], recall=recipe["recall"])
    linker.training.estimate_u_using_random_sampling(max_pairs=recipe["u_pairs"], seed=1)
    for rule in (("given_name", "family_name"), ("birth_date",)):
        if possible((rule,)):
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule), estimate_without_term_frequencies=True)
    predictions = linker.inference.predict(threshold_match_probability=0.5)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predictions, CLUSTER_AT)
    table = clusters.as_duckdbpyrelation().select("cluster_id, record_id").fetchall()
    first: dict[str, str] = {}
    return [(first.setdefault(cluster, record), record) for cluster, record in table]


def comparisons(peer: str, columns: dict[str, list]) -> list:
    names = {
        "splink_tutorial": [cl.NameComparison("given_name"), cl.NameComparison("family_name")],
        "splink_50k": [cl.ForenameSurnameComparison("given_name", "family_name")],
        "splink_febrl3": [cl.NameComparison(name).configure(term_frequency_adjustments=True) for name in ("given_name", "family_name")],
    }
    compact = all(len(value or "00000000") == 8 for value in columns.get("birth_date", []))
    dates = cl.DateOfBirthComparison("birth_date", input_is_string=True, datetime_format="%Y%m%d" if compact else "%Y-%m-%d")
    others = {
        "birth_date": cl.LevenshteinAtThresholds("birth_date", 1) if peer == "splink_tutorial" else dates,
        "locality": cl.ExactMatch("locality").configure(term_frequency_adjustments=True),
        "email": cl.EmailComparison("email"),
        "phone": cl.LevenshteinAtThresholds("phone", 1),
        "national_id": cl.LevenshteinAtThresholds("national_id", [1, 2]),
        "postal_code": cl.LevenshteinAtThresholds("postal_code", [1, 2]).configure(term_frequency_adjustments=True),
        "street": cl.JaroWinklerAtThresholds("street", [0.9]),
        "card_number": cl.ExactMatch("card_number"),
        "user_id": cl.ExactMatch("user_id"),
    }
    return names[peer] + [comparison for name, comparison in others.items() if name in columns]


def spelled(rule: tuple[str, ...]) -> str:
    return " and ".join(part if " <= " in part else f"{sided(part, 'l')} = {sided(part, 'r')}" for part in rule)


def sided(part: str, side: str) -> str:
    return part.replace("substr(", f"substr({side}.") if part.startswith("substr(") else f"{side}.{part}"
