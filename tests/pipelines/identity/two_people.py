"""Two people that were put together by mistake: each has records that belong together, and an operator merged two of them in the CRM."""

from pathlib import Path

import duckdb
import known_people as company

ANNA = {"given_name_key": "anna", "family_name_key": "volkovina", "additional_name_key": "petrovna"}
OLEG = {"given_name_key": "oleg", "family_name_key": "zaharov", "additional_name_key": "ivanovich"}
ANNAS, OLEGS = [f"crm:contact:a{number}" for number in (1, 2, 3)], [f"crm:contact:o{number}" for number in (1, 2)]
RECORDS = [{"record_id": record} | ANNA for record in ANNAS] + [{"record_id": record} | OLEG for record in OLEGS]
IDENTIFIERS = [(record, "email", "anna.volkovina@example.org") for record in ANNAS] + [(record, "email", "oleg.zaharov@example.net") for record in OLEGS]
MISTAKE = [(ANNAS[0], OLEGS[0], "merged by an operator")]


def write(data: Path, links: list[tuple] = (), overrides: list[tuple] = (), count: int = 30) -> None:
    """The two among other people, whose records are always the same."""
    records, identifiers, others = company.make_records(company.make_people(count))
    company.write(data, [*records, *RECORDS], [*identifiers, *IDENTIFIERS], [*others, *links], overrides, truth=False)


def query(data: Path, text: str) -> list[tuple]:
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(text).fetchall()


def customers(data: Path) -> dict[str, str]:
    return dict(query(data, "select record_id, customer_id from identity.record_customers"))
