"""Whose an identifier is: an e-mail, a phone, a card, a record id, a customer id of today or of long ago. More than one person is no answer."""

import duckdb

from pipelines.identity.masking import mask_email, mask_phone
from pipelines.privacy.subject import REGIONS
from pipelines.redaction import Told
from pipelines.standardize.emails import parse_email
from pipelines.standardize.phones import parse_phone

NOBODY_YET = "Nobody is known yet: run `svod run` first"
MATCHED = "select count(*) > 0 from information_schema.tables where table_schema = 'identity' and table_name = 'record_customers'"


class NotFound(Told):
    """Nobody, or more than one."""


def records_of(connection: duckdb.DuckDBPyConnection, identifier: str) -> list[str]:
    """All records of the one person this identifier belongs to."""
    if not connection.execute(MATCHED).fetchone()[0]:
        raise NotFound(NOBODY_YET)
    customers, records = _holders(connection, identifier)
    if len(customers) > 1:
        raise NotFound(f"{masked(identifier)} belongs to {len(customers)} customers: name one of them by id: {', '.join(sorted(customers)[:10])}")
    if not records:
        raise NotFound(f"{masked(identifier)} belongs to nobody that Svod knows: look at the spelling, or give another identifier")
    theirs = connection.execute("select record_id from identity.record_customers where list_contains(?, customer_id)", [list(customers)]).fetchall()
    return sorted({*(row[0] for row in theirs), *records})


def _holders(connection: duckdb.DuckDBPyConnection, identifier: str) -> tuple[set[str], set[str]]:
    query = """
        with asked as (select unnest($spellings) as text),
        found as (
            select record_id from intermediate.int_identifiers where (value in (from asked) or raw_value in (from asked)) and not is_junk
            union select record_id from intermediate.int_records where record_id in (from asked)
            union select record_id from identity.record_customers where customer_id in (from asked)
            union select now.record_id from identity.customer_redirects as old
                inner join identity.record_customers as now on old.customer_id = now.customer_id where old.old_customer_id in (from asked)
        )
        select found.record_id, coalesce(owners.customer_id, found.record_id) from found left join identity.record_customers as owners on found.record_id = owners.record_id
    """
    rows = connection.execute(query, {"spellings": spellings(identifier)}).fetchall()
    return {row[1] for row in rows}, {row[0] for row in rows}


def spellings(identifier: str) -> list[str]:
    """What the tables may have for it: as it was given, and as an e-mail or a phone is written there."""
    text = identifier.strip()
    return [spelling for spelling in (text, parse_email(text).value, parse_phone(text, REGIONS).value) if spelling]


def masked(identifier: str) -> str:
    """The identifier as a screen or a message may show it."""
    if "@" in identifier:
        return mask_email(identifier)
    return identifier if identifier.startswith("c_") or ":" in identifier else mask_phone(identifier)
