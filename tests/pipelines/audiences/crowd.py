"""A warehouse of made-up people who agreed, or did not, to being matched with ad platforms. Only the tables that audiences read."""

from pathlib import Path
from typing import Any

import duckdb

TABLES = """
create schema marts; create schema profile; create schema seeds; create schema segments; create schema communications;
create table marts.customers (customer_id varchar, given_name varchar, family_name varchar, locality varchar, postal_code varchar, country_code varchar, birth_date date, gender varchar);
create table marts.customer_identifiers (customer_id varchar, identifier_type varchar, value varchar, is_valid boolean, is_junk boolean, is_shared boolean, is_primary boolean);
create table marts.consents (customer_id varchar, purpose varchar, channel varchar, state varchar, is_granted boolean);
create table marts.suppressions (channel varchar, identifier_type varchar, address varchar, reasons varchar);
create table marts.customer_redirects (old_customer_id varchar, customer_id varchar);
create table profile.consent_addresses (customer_id varchar, purpose varchar, channel varchar, identifier_type varchar, value varchar);
create table seeds.consent_purposes as select 'ads_matching' as purpose, 'any' as channel, 'consent' as processing_needed;
create table segments.segment_catalog as select 'vips' as segment;
create table segments.segment_members (customer_id varchar, segment varchar);
create table communications.audience_changes (customer_id varchar, audience varchar, action varchar, changed_at timestamp);
"""

ATTRIBUTES = ("given_name", "family_name", "locality", "postal_code", "country_code", "birth_date", "gender")


class Crowd:
    """The warehouse of this data folder."""

    def __init__(self, data: Path) -> None:
        self.path = data / "warehouse.duckdb"
        self.run(TABLES)

    def run(self, *statements: str, **parameters: Any) -> None:
        with duckdb.connect(str(self.path)) as connection:
            for statement in statements:
                connection.execute(statement, parameters or None)

    def person(self, customer: str, email: str | None = None, phone: str | None = None, **known: Any) -> None:
        self.people((customer, email, phone, known))

    def people(self, *people: tuple[str, str | None, str | None, dict[str, Any]]) -> None:
        """Members of the segment `vips` whose consents are for these addresses; `matching` and `processing` are the states of their consents."""
        rows: dict[str, list[tuple]] = {"marts.customers": [], "segments.segment_members": [], "marts.consents": [], "marts.customer_identifiers": []}
        rows["profile.consent_addresses"] = []
        for customer, email, phone, known in people:
            rows["marts.customers"].append((customer, *(known.get(column) for column in ATTRIBUTES)))
            rows["segments.segment_members"].append((customer, "vips"))
            states = {"ads_matching": known.get("matching", "granted"), "personal_data": known.get("processing", "granted")}
            rows["marts.consents"] += [(customer, purpose, "any", state, state == "granted") for purpose, state in states.items() if state]
            addresses = [(kind, value) for kind, value in (("email", email), ("phone", phone)) if value]
            rows["marts.customer_identifiers"] += [(customer, kind, value, True, False, False, True) for kind, value in addresses]
            rows["profile.consent_addresses"] += [(customer, "ads_matching", "any", kind, value) for kind, value in addresses]
        with duckdb.connect(str(self.path)) as connection:
            connection.execute("begin")
            for table, lines in rows.items():
                if lines:
                    line = f"({', '.join('?' * len(lines[0]))})"
                    connection.execute(f"insert into {table} values {', '.join([line] * len(lines))}", [value for row in lines for value in row])
            connection.execute("commit")
