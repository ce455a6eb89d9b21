"""Why a customer is in a segment, or is not: condition by condition, with the values behind, now or at any moment that history knows."""

import json
from dataclasses import dataclass
from datetime import datetime

import duckdb

from pipelines.segments.reading import NotAnswered, customer_now, must_know

STARS = "***"


@dataclass(frozen=True)
class Why:
    """The state of one customer in one segment."""

    customer: str
    was_asked_as: str
    is_member: bool
    since: datetime
    until: datetime | None
    conditions: list[tuple[str, bool, str]]  # name, holds, in words
    facts: list[tuple[str, str, str]]  # name, value, in words
    changes: list[tuple[datetime, str, str, str, str]]  # when, change, cause, turned on, turned off
    last_run: datetime | None  # which no later moment knows more than; None if nobody is in any segment

    @property
    def holds(self) -> int:
        return sum(held for _, held, _ in self.conditions)


STATE = """
select met, unmet, facts, is_member, valid_from, valid_to from history.segment_conditions_history
where customer_id = $customer and segment = $segment and ($moment is null and valid_to is null or valid_from <= $moment and coalesce(valid_to > $moment, true))
"""
CHANGES = """
select occurred_at, change, cause, turned_on, turned_off from segments.segment_history
where customer_id = $customer and segment = $segment and ($moment is null or occurred_at <= $moment) order by occurred_at
"""


def why(connection: duckdb.DuckDBPyConnection, customer: str, segment: str, *, at: datetime | None = None, unmasked: bool = False) -> Why:
    """By any id the customer has or had. At a moment an id is first looked for as it was then, for it may have been a customer of its own."""
    asked = {"segment": segment, "moment": at}
    if at is None:
        must_know(connection, segment)
    names = [customer] if at and _state(connection, customer, asked) else [customer_now(connection, customer, at)]
    state = _state(connection, names[0], asked)
    if not state:
        raise NotAnswered(_unknown(connection, names[0], segment))
    met, unmet, facts, is_member, since, until = state
    words = dict(connection.execute("select term, (description, is_personal, place) from segments.segment_terms where segment = ?", [segment]).fetchall())
    described = {term: tuple(told.values()) if isinstance(told, dict) else told for term, told in words.items()}
    held = {name: True for name in _names(met)} | {name: False for name in _names(unmet)}
    order = {name: described.get(name, ("", False, 99))[2] for name in held}
    return Why(
        names[0], customer, is_member, since, until,
        [(name, held[name], described.get(name, ("",))[0]) for name in sorted(held, key=lambda name: (order[name], name))],
        [(name, _shown(value, described.get(name, ("", True))[1] and not unmasked), described.get(name, ("",))[0]) for name, value in json.loads(facts).items()],
        connection.execute(CHANGES, {**asked, "customer": names[0]}).fetchall(),
        connection.execute("select max(evaluated_at) from segments.segment_members").fetchone()[0],
    )  # fmt: skip


def _state(connection: duckdb.DuckDBPyConnection, customer: str, asked: dict) -> tuple | None:
    return connection.execute(STATE, {**asked, "customer": customer}).fetchone()


def _names(text: str) -> list[str]:
    return [name for name in text.split(", ") if name]


def _shown(value: object, masked: bool) -> str:
    """A value that tells who somebody is stays behind stars; so does one that no segment describes any more."""
    return "none" if value is None else STARS if masked else str(value)


def _unknown(connection: duckdb.DuckDBPyConnection, customer: str, segment: str) -> str:
    first = connection.execute("select min(valid_from) from history.segment_conditions_history where segment = ?", [segment]).fetchone()[0]
    if first is None:
        return f"No segment {segment!r} was ever kept; `svod segments list` names all"
    return f"Nothing is kept of {customer} in {segment} at that moment: this segment is kept since {first}, and each customer since they are known"
