"""What stewards decide, line by line in `seeds/identity_overrides.csv`: adding a line, and refusing one that contradicts those before.

A line is in force from the next run on and for as long as it stands; removing it undoes it. How lines bind is `overrides.py`.
"""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

from pipelines.files import replace_text
from pipelines.identity import overrides
from pipelines.identity.overrides import ACTIONS
from pipelines.redaction import Told
from pipelines.settings import PROJECT

FILE = PROJECT / "seeds" / "identity_overrides.csv"
COLUMNS = ("action", "left_record_id", "right_record_id", "reason", "author", "decided_at")


class CannotDecide(Told):
    """The line would say what cannot be, or what is said already."""


def decide(action: str, left: str, right: str, reason: str, author: str, file: Path = FILE, at: datetime | None = None) -> dict[str, str]:
    """Adds a line and returns it. The file is replaced as a whole, so that no reader sees half a line."""
    known = read(file)
    refuse(action, left, right, known)
    left, right = sorted((left, right))
    row = dict(zip(COLUMNS, (action, left, right, reason, author, f"{at or datetime.now(UTC):%Y-%m-%d %H:%M:%S}"), strict=True))
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows([*known, row])
    replace_text(file, text.getvalue())
    return row


def read(file: Path | None = None) -> list[dict[str, str]]:
    """The lines that stand; none if there is no file yet. Raises for the first that cannot be obeyed."""
    file = file or FILE
    if not file.exists():
        return []
    header, known = overrides.lines(file)
    if header != list(COLUMNS):
        raise CannotDecide(f"{file.name} must have the columns {', '.join(COLUMNS)}, in this order")
    return known


def refuse(action: str, left: str, right: str, known: list[dict[str, str]]) -> None:
    """Raises if the line cannot be obeyed together with those that stand, also through others: A is B, B is C, so A is C."""
    if action not in ACTIONS:
        raise CannotDecide(f"An action is one of {', '.join(ACTIONS)}")
    if left == right:
        raise CannotDecide("A record is always itself: name two")
    same = _put_together(known)
    group = same(left), same(right)
    if any({row["left_record_id"], row["right_record_id"]} == {left, right} and row["action"] == action for row in known):
        raise CannotDecide("This is decided already; to undo a decision remove its line")
    if action == "cannot_link" and group[0] == group[1]:
        raise CannotDecide("must_link lines put these two together, if need be through other records; remove one of those lines first")
    parted = [{same(row["left_record_id"]), same(row["right_record_id"])} for row in known if row["action"] == "cannot_link"]
    if action == "must_link" and set(group) in parted:
        raise CannotDecide("A cannot_link line keeps these two apart, if need be through other records; remove that line first")


def _put_together(known: list[dict[str, str]]):
    """A function from a record to the name of all that must_link lines put together with it."""
    name: dict[str, str] = {}
    for row in known:
        if row["action"] == "must_link":
            keep, give = (name.get(row[side], row[side]) for side in ("left_record_id", "right_record_id"))
            name |= {row["left_record_id"]: keep, row["right_record_id"]: keep}
            name |= {record: keep for record, group in name.items() if group == give}
    return lambda record: name.get(record, record)
