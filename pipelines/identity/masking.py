"""What a screen may show of a person: enough to see that two values differ or agree, too little to know who it is.

`--unmasked` shows values in full, for a steward who has to decide and may see them.
"""

from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from pipelines.identity.overrides import exists

STARS = "***"  # always three: the length of a name is telling too


@dataclass(frozen=True)
class Shown:
    """A record as it may be shown."""

    name: str
    birth_date: str
    email: str
    phone: str

    def __str__(self) -> str:
        return ", ".join(value for value in (self.name, self.birth_date, self.email, self.phone) if value)


def mask_name(name: str) -> str:
    return " ".join(word[0] + STARS for word in name.split())


def mask_email(email: str) -> str:
    local, _, domain = email.partition("@")
    return f"{local[:1]}{STARS}@{domain[:1]}{STARS}"


def mask_phone(phone: str) -> str:
    return STARS + phone[-2:]


def mask_date(date: str) -> str:
    """The year alone: with it one sees two generations."""
    return f"{date[:4]}-{STARS}"


QUERY = """
with

asked as (select unnest($records) as record_id),

held as (

    select record_id, min(value) filter (where identifier_type = 'email') as email, min(value) filter (where identifier_type = 'phone') as phone
    from intermediate.int_identifiers semi join asked using (record_id)
    group by record_id

)

select asked.record_id, coalesce(nullif(trim(concat_ws(' ', records.given_name, records.family_name)), ''), ''), coalesce(cast(records.birth_date as varchar), ''),
    coalesce(held.email, ''), coalesce(held.phone, '')
from asked
left join intermediate.int_records as records on asked.record_id = records.record_id
left join held on asked.record_id = held.record_id
"""


def shown(connection: DuckDBPyConnection, records: list[str], *, unmasked: bool = False) -> dict[str, Shown]:
    """The records by their id."""
    if not records or not exists(connection, "intermediate", "int_records"):
        return {}
    masks = (mask_name, mask_date, mask_email, mask_phone)
    rows = connection.execute(QUERY, {"records": sorted(set(records))}).fetchall()
    return {row[0]: Shown(*(value if unmasked or not value else mask(value) for value, mask in zip(row[1:], masks, strict=True))) for row in rows}
