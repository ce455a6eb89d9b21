"""What most systems do: one e-mail, phone number, account or personal number is one person."""

from pathlib import Path

KEYS = ("email", "phone", "user_id", "national_id")


def match(peer: str, columns: dict[str, list], folder: Path) -> list[tuple[str, str]]:
    pairs = []
    for name in KEYS:
        first: dict[str, str] = {}
        for record, value in zip(columns["record_id"], columns.get(name, ()), strict=False):
            if value:
                pairs.append((first.setdefault(value.lower(), record), record))
    return pairs
