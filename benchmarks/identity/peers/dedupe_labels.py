"""dedupe 3, which asks a person: here it is given 300 pairs with their answer."""

import json
from pathlib import Path

import dedupe
from dedupe import variables

TEXT = ("given_name", "family_name", "additional_name", "street", "locality", "email")
SHORT = ("birth_date", "phone", "national_id", "postal_code", "user_id")


def match(peer: str, columns: dict[str, list], folder: Path) -> list[tuple[str, str]]:
    names = [name for name in (*TEXT, *SHORT) if name in columns]
    rows = zip(*(columns[name] for name in names), strict=True)
    people = {record: dict(zip(names, row, strict=True)) for record, row in zip(columns["record_id"], rows, strict=True)}
    fields = [variables.String(name, has_missing=True) if name in TEXT else variables.ShortString(name, has_missing=True) for name in names]
    engine = dedupe.Dedupe(fields, num_cores=1, in_memory=True)
    labels = json.loads((folder / "labels.json").read_text())
    engine.prepare_training(people, sample_size=min(15_000, len(people)))
    engine.mark_pairs(
        {
            "match": [(people[left], people[right]) for left, right, is_match in labels if is_match],
            "distinct": [(people[left], people[right]) for left, right, is_match in labels if not is_match],
        }
    )
    engine.train()
    return [(members[0], member) for members, _ in engine.partition(people, 0.5) for member in members[1:]]
