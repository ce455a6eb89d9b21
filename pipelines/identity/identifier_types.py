"""The seed `identifier_types`, read and checked: which identifiers keep two customers apart, and how many people may hold a value.

Caps are applied in `int_identifier_holders`, by an ordinary join; vetoes in `vetoes.py`. What a veto outweighs is `resolve.py`'s.
"""

import csv
from dataclasses import astuple, dataclass
from hashlib import md5
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipelines.redaction import Told
from pipelines.settings import PROJECT

FILE = PROJECT / "seeds" / "identifier_types.csv"
COLUMNS = ("identifier_type", "veto", "shared_by_more_than")
VETOES = ("never", "other_name", "always")
# Stands for every type that has no line of its own.
ANY = "any"


class WrongIdentifierTypes(Told):
    """A line of the seed cannot be obeyed: which one, and what to write instead."""


@dataclass(frozen=True)
class IdentifierType:
    """`veto` says when two different values keep two customers apart."""

    identifier_type: str
    veto: str
    shared_by_more_than: int


def read(file: Path | None = None) -> list[IdentifierType]:
    """The lines of the seed. Raises for the first that cannot be obeyed."""
    file = file or FILE
    if not file.exists():
        raise WrongIdentifierTypes(f"{file.name} is not there: take it back from the repository")
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise WrongIdentifierTypes(f"{file.name}, line 1: the columns must be {', '.join(COLUMNS)}, in this order")
        found: dict[str, IdentifierType] = {}
        for row in reader:
            if problem := _problem(row, found):
                raise WrongIdentifierTypes(f"{file.name}, line {reader.line_num}: {problem}")
            found[row["identifier_type"]] = IdentifierType(row["identifier_type"], row["veto"], int(row["shared_by_more_than"]))
    if ANY not in found:
        raise WrongIdentifierTypes(f"{file.name}: add a line `{ANY},never,5`, for the types that have no line of their own")
    return list(found.values())


def load(connection: DuckDBPyConnection) -> list[IdentifierType]:
    """Makes the temporary table `identifier_types` (identifier_type, veto); returns the lines it is made of."""
    kinds = read()
    connection.execute("create or replace temp table identifier_types (identifier_type varchar, veto varchar)").fetchall()
    connection.executemany("insert into identifier_types values (?, ?)", [(kind.identifier_type, kind.veto) for kind in kinds]).fetchall()
    return kinds


def version() -> str:
    """Changes whenever a line does, and not with the order of lines."""
    return md5(repr(sorted(astuple(kind) for kind in read())).encode()).hexdigest()[:8]


def _problem(row: dict[str, str | None], found: dict[str, IdentifierType]) -> str | None:
    """What is wrong with a line and how to right it; None if nothing is."""
    kind, veto, cap = (row[column] or "" for column in COLUMNS)
    if None in row or None in row.values():
        return f"there must be {len(COLUMNS)} cells: {', '.join(COLUMNS)}"
    if not kind or kind != kind.strip().lower():
        return "identifier_type must be a type as models write it, in small letters and without spaces, such as loyalty_card"
    if kind in found:
        return f"{kind} has a line already: remove one of the two"
    if veto not in VETOES:
        return f"veto must be one of {', '.join(VETOES)}"
    if kind == ANY and veto != "never":
        return f"veto of {ANY} must be never: name the types of which a person has only one, a line for each"
    if not (cap.isascii() and cap.isdigit() and int(cap) > 0):
        return "shared_by_more_than must be a whole number from 1: the most people who may hold one value and still be told apart by it"
    return None
