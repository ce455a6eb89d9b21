"""The Python Record Linkage Toolkit's unsupervised classifier, set up as its FEBRL examples do."""

from pathlib import Path

import pandas as pd  # noqa: TID251  the toolkit's own input
import recordlinkage

# Single columns bring ever more pairs as a set grows; from this many records on two must agree.
SMALL = 25_000
SINGLE = (("given_name",), ("family_name",), ("birth_date",))
DOUBLE = (("given_name", "family_name"), ("family_name", "birth_date"), ("given_name", "birth_date"), ("postal_code", "given_name"), ("locality", "birth_date"))
ALWAYS = (("email",), ("phone",), ("national_id",), ("user_id",))
SIMILAR = {"given_name": 0.85, "family_name": 0.85, "additional_name": 0.85, "street": 0.85, "locality": 0.85, "email": 0.9}
ONE_TYPO = ("birth_date", "postal_code", "national_id", "phone")


def match(peer: str, columns: dict[str, list], folder: Path) -> list[tuple[str, str]]:
    people = pd.DataFrame(columns).set_index("record_id")
    index = recordlinkage.Index()
    for rule in (SINGLE if len(people) <= SMALL else DOUBLE) + ALWAYS:
        if set(rule) <= set(people.columns):
            index.block(list(rule))
    pairs = index.index(people)
    compare = recordlinkage.Compare()
    for name in people.columns:
        if name in SIMILAR:
            compare.string(name, name, method="jarowinkler", threshold=SIMILAR[name], label=name)
        elif name in ONE_TYPO:
            compare.string(name, name, method="levenshtein", threshold=0.85, label=name)
        elif name in ("gender", "card_number", "user_id"):
            compare.exact(name, name, label=name)
    features = compare.compute(pairs, people)
    return list(recordlinkage.ECMClassifier(binarize=0.5).fit_predict(features.loc[:, features.nunique() > 1]))
