"""The queue of open questions and what a decision will do. The order of the queue is that of the view `identity.review_queue`."""

from dataclasses import dataclass
from pathlib import Path

from pipelines.identity import decisions, masking, overrides
from pipelines.identity.run import reading
from pipelines.identity.words import Say, english
from pipelines.redaction import Told


class NothingToReview(Told):
    """No run has left a queue, or does not know the records."""


@dataclass(frozen=True)
class Question:
    """Two customers that may be one, by their most alike records; `effect` is what orders the queue."""

    left: str
    right: str
    reason: str
    weight: float
    left_records: int
    right_records: int
    left_orders: int
    right_orders: int
    effect: float
    left_person: masking.Shown
    right_person: masking.Shown


QUEUED = (NothingToReview, "identity", "review_queue")
QUEUE = """
select left_record_id, right_record_id, reason, match_weight, left_record_count, right_record_count, left_order_count, right_order_count, effect
from warehouse.identity.review_queue
"""
CUSTOMERS = """
select records.record_id, records.customer_id, customers.record_count
from warehouse.identity.record_customers as records inner join warehouse.identity.customers as customers using (customer_id)
where records.record_id in ($left, $right)
"""


def questions(file: Path, limit: int, *, unmasked: bool = False) -> tuple[list[Question], int]:
    """The first questions, and how many there are. What was decided since the last run is asked no more."""
    with reading(*QUEUED) as connection:
        said = {frozenset((row["left_record_id"], row["right_record_id"])) for row in decisions.read(file)}
        rows = [row for row in connection.execute(QUEUE).fetchall() if frozenset(row[:2]) not in said]
        people = masking.shown(connection, [record for row in rows[:limit] for record in row[:2]], unmasked=unmasked)
    return [Question(*row, people[row[0]], people[row[1]]) for row in rows[:limit]], len(rows)


def unmet() -> list[tuple[str, str, str, str]]:
    """Decisions that the last run could not obey: action, both records, why."""
    with reading(*QUEUED) as connection:
        return overrides.unmet(connection, "warehouse.identity.override_outcomes")


def decide(action: str, left: str, right: str, reason: str, author: str, file: Path, say: Say = english) -> list[str]:
    """Adds the decision to the list; returns what will come of it, in words."""
    with reading(*QUEUED) as connection:
        found = {record: (customer, records) for record, customer, records in connection.execute(CUSTOMERS, {"left": left, "right": right}).fetchall()}
    if len(found) < 2 and left != right:
        raise NothingToReview("No run has seen both of these records; a record's id is <source>:<entity>:<source key>")
    row = decisions.decide(action, left, right, reason, author, file)
    return [
        say("Added to {file}: {action} {left} {right}.", file=file.name, action=action, left=row["left_record_id"], right=row["right_record_id"]),
        _consequence(action, *found.values(), say),
        say("See it all before: svod identity plan --overrides {path}. To undo the decision, remove its line from {file}.", path=file, file=file.name),
    ]


def _consequence(action: str, one: tuple[str, int], other: tuple[str, int], say: Say) -> str:
    """What the next run will do."""
    if action == "must_link" and one[0] != other[0]:
        keep, give = sorted((one, other), key=lambda side: (-side[1], side[0]))
        return say(
            "The next run joins the two customers: {stays} stays, {goes} ({records} records) leads to it from then on.",
            stays=keep[0], goes=give[0], records=give[1],
        )  # fmt: skip
    if action == "must_link":
        return say("They are one customer already, {customer}, and stay so whatever else is found.", customer=one[0])
    if one[0] == other[0]:
        return say(
            "The next run parts customer {customer} ({records} records): the larger part keeps the id, the other gets a new one, or the one it had before they "
            "were joined.",
            customer=one[0], records=one[1],
        )  # fmt: skip
    return say("They are two customers already, and stay so whatever else is found.")
