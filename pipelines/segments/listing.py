"""All segments at a glance, and the lines of static lists that name nobody."""

from dataclasses import dataclass
from datetime import date

from duckdb import DuckDBPyConnection

from pipelines.identity import masking


@dataclass(frozen=True)
class Row:
    segment: str
    title: str
    description: str
    members: int
    before: int | None
    is_jump: bool


@dataclass(frozen=True)
class Listing:
    customers: int
    day: date
    rows: list[Row]
    unresolved: list[tuple[str, str, str]]  # list, identifier behind stars, problem


SIZES = """
select catalog.segment, {title}, {description}, members_count, members_before_count, is_jump
from segments.segment_catalog as catalog
inner join segments.segment_sizes as sizes on catalog.segment = sizes.segment and sizes.is_latest
order by catalog.place
"""
LINES = "select list, identifier, identifier_type, problem from segments.static_list_lines where problem is not null order by all"
OPENING = "A member "  # every description says the grain first, which a marketer need not read


def listing(connection: DuckDBPyConnection, *, russian: bool = False) -> Listing:
    """What every segment is called, in English or Russian, and its size on the last day."""
    rows = connection.execute(SIZES.format(title="title_ru" if russian else "title", description="description_ru" if russian else "description")).fetchall()
    customers = connection.execute("select count(*) from marts.customers").fetchone()[0]
    day = connection.execute("select max(day) from segments.segment_sizes").fetchone()[0]
    masks = {"email": masking.mask_email, "phone": masking.mask_phone, "customer_id": str}
    unresolved = [(name, masks[kind](identifier), problem) for name, identifier, kind, problem in connection.execute(LINES).fetchall()]
    return Listing(customers, day, [Row(row[0], row[1], row[2].partition(OPENING)[2] or row[2], *row[3:]) for row in rows], unresolved)
