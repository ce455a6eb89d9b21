"""Whose an identifier is: an e-mail, a phone, a card, a cookie, a record id, a customer id of today or of long ago. More than one person is no answer."""

from dataclasses import dataclass

import duckdb

from pipelines.identity.masking import mask_email, mask_phone
from pipelines.privacy.subject import REGIONS
from pipelines.redaction import Told
from pipelines.sources.registry import presets
from pipelines.standardize.emails import parse_email
from pipelines.standardize.phones import parse_phone

NOBODY_YET = "Nobody is known yet: run `svod run` first"
HELD = """
select record_id from intermediate.int_identifiers where (value in (from asked) or raw_value in (from asked)) and not is_junk
union select record_id from intermediate.int_records where record_id in (from asked)
union select record_id from identity.record_customers where customer_id in (from asked)
union select now.record_id from identity.customer_redirects as old
    inner join identity.record_customers as now on old.customer_id = now.customer_id where old.old_customer_id in (from asked)
"""
# Where an identifier may stand of which there is no record: a visitor's events, a subscriber's statements, an address that is written to no more.
SAID = {
    "int_events": "subject_type as type, subject_value as text, value, record_id",
    "int_consent_events": "identifier_type as type, raw_value as text, value, record_id",
    "int_suppressions": "identifier_type as type, raw_value as text, value, record_id",
}
# A placeholder is everybody's who typed it: here it can only be one, for it has no holder.
PLACEHOLDER = "select 1 from intermediate.int_identifiers where value in (from asked) or raw_value in (from asked) limit 1"
# An event without a record may bear the account of a customer.
BY_ACCOUNT = """
union select record_id from identity.record_customers
where customer_id in (select customer_id from profile.event_owners where value in (from asked) and subject_type in (select type from said))
"""
TABLES = "select schema_name, table_name from duckdb_tables() where schema_name in ('identity', 'intermediate', 'profile')"


class NotFound(Told):
    """Nobody, or more than one."""


@dataclass(frozen=True)
class Person:
    """All records of one person; and where no record bears it, the identifier (type, text) as events and statements have it, of a visitor or subscriber nothing else."""

    records: tuple[str, ...]
    identifiers: tuple[tuple[str, str], ...] = ()


def person(connection: duckdb.DuckDBPyConnection, identifier: str) -> Person:
    """The one person this identifier belongs to."""
    tables = set(connection.execute(TABLES).fetchall())
    if ("identity", "record_customers") not in tables:
        raise NotFound(NOBODY_YET)
    _gather_said(connection, tables)
    kind, _, text = identifier.strip().partition(":")
    is_kind = bool(connection.execute("select 1 from everything_said where type = ? limit 1", [kind]).fetchone())
    connection.execute("create or replace temp table asked as select unnest($spellings) as text", {"spellings": spellings(text if is_kind else identifier)})
    if holders := _owned(connection, HELD):
        return Person(_all_records(connection, holders, identifier))
    if connection.execute(PLACEHOLDER).fetchone():
        raise _nobody(identifier)
    connection.execute(
        "create or replace temp table said as from everything_said where (value in (from asked) or text in (from asked)) and ($kind is null or type = $kind)",
        {"kind": kind if is_kind else None},
    )
    found = connection.execute("select distinct type, unnest([text, value]) as text from said order by all").fetchall()
    identifiers = tuple(row for row in found if row[1] is not None)
    if len(kinds := sorted({kind for kind, _ in identifiers})) > 1:
        raise NotFound(f"{masked(identifier)} is the same in several kinds of identifiers ({', '.join(kinds)}): put the kind before it, as in {kinds[0]}:…")
    by_account = BY_ACCOUNT if ("profile", "event_owners") in tables else ""
    if holders := _owned(connection, f"select record_id from said where record_id is not null {by_account}"):
        return Person(_all_records(connection, holders, identifier), identifiers)
    if not identifiers:
        raise _nobody(identifier)
    return Person((), identifiers)


def _gather_said(connection: duckdb.DuckDBPyConnection, tables: set[tuple[str, str]]) -> None:
    """Once for all requests: each would look through all events otherwise."""
    parts = [f"select {columns} from intermediate.{table}" for table, columns in SAID.items() if ("intermediate", table) in tables]
    nothing = "select null as type, null as text, null as value, null as record_id where false"
    connection.execute(f"create temp table if not exists everything_said as select distinct * from ({' union all '.join(parts) or nothing})")


def _owned(connection: duckdb.DuckDBPyConnection, records: str) -> list[tuple[str, str]]:
    """Each of these records with its customer; before it is matched it stands for itself."""
    return connection.execute(
        f"select record_id, coalesce(customer_id, record_id) from ({records}) left join identity.record_customers using (record_id)"
    ).fetchall()


def _all_records(connection: duckdb.DuckDBPyConnection, holders: list[tuple[str, str]], identifier: str) -> tuple[str, ...]:
    customers = sorted({customer for _, customer in holders})
    if len(customers) > 1:
        raise NotFound(f"{masked(identifier)} belongs to {len(customers)} customers: name one of them by id: {', '.join(customers[:10])}")
    theirs = connection.execute("select record_id from identity.record_customers where customer_id = ?", customers).fetchall()
    return tuple(sorted({record for record, *_ in (*theirs, *holders)}))


def _nobody(identifier: str) -> NotFound:
    return NotFound(f"{masked(identifier)} belongs to nobody that Svod knows: look at the spelling, or give another identifier")


def spellings(identifier: str) -> list[str]:
    """What the tables may have for it: as it was given, and as an e-mail or a phone is written there."""
    text = identifier.strip()
    return [spelling for spelling in (text, parse_email(text).value, parse_phone(text, REGIONS).value) if spelling]


def masked(identifier: str) -> str:
    """The identifier as a screen or a message may show it: ids that Svod gave are shown, and the ids of records by their source."""
    if "@" in identifier:
        return mask_email(identifier)
    is_id = identifier.startswith("c_") or identifier.partition(":")[0] in presets()
    return identifier if is_id else mask_phone(identifier)
