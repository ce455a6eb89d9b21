"""Input that no company should have and some day one has. Each case must end well: in time, in memory, and saying what it skipped.

`python -m benchmarks.identity.scale.stress CASE` writes a case into the warehouse of the settings; `python -m benchmarks.identity.scale --stress` runs them all.
"""

from typing import Annotated

import typer

from pipelines.settings import settings
from pipelines.warehouse import connect

# n is the number of the record. What a case does not say, its records do not know.
COLUMNS = ("given_name_key", "family_name_key", "additional_name_key", "birth_date", "gender", "street_key", "locality_key", "postal_code")
OWN_NAMES = {"given_name_key": "translate(left(md5('g' || n % 1000), 7), '0123456789', 'ghijklmnop')", "family_name_key": "translate(left(md5('f' || n), 9), '0123456789', 'ghijklmnop')"}  # fmt: skip
ONE_PERSON = {"given_name_key": "'ana'", "family_name_key": "'petrova'", "birth_date": "date '1980-02-29'", "street_key": "'mira5'", "locality_key": "'omsk'"}
# Neighbours share an e-mail; every 11th has another birth date, every 97th another name, every 5th a card, and every 13th is declared to be the next.
CHAIN = {
    "given_name_key": "if(n % 97 = 0, 'olga', 'ana')", "family_name_key": "'petrova'", "birth_date": "date '1980-01-01' + cast(if(n % 11 = 0, n, 0) as integer)",
}  # fmt: skip
CHAIN_HELD = {"email": "unnest(['a' || n || '@example.com', 'a' || (n + 1) || '@example.com'])", "phone": "'+7900' || n // 3", "loyalty_card": "if(n % 5 = 0, 'c' || n, null)"}  # fmt: skip
ONE_EMAIL, ONE_ACCOUNT = {"email": "'everybody@example.com'"}, {"user_id": "'guest'"}

# What the records know, what they hold, and how many there are; the million asked for unless said otherwise.
CASES: dict[str, tuple[dict[str, str], dict[str, str], int | None]] = {
    "one e-mail, a million names": (OWN_NAMES, ONE_EMAIL, None),
    "one e-mail, no names": ({"postal_code": "'p' || n"}, ONE_EMAIL, None),
    "one e-mail, a million given names": ({"given_name_key": OWN_NAMES["family_name_key"]}, ONE_EMAIL, None),
    "one account, a million names": (OWN_NAMES, ONE_ACCOUNT, None),
    "equal to the letter": (ONE_PERSON, {"email": "'ana@example.com'", "phone": "'+79001234567'"}, None),
    "equal, holding nothing": (ONE_PERSON, {}, None),
    "one name each three, holding nothing": ({name: key.replace("|| n", "|| n // 3") for name, key in OWN_NAMES.items()}, {}, None),
    "nothing known": ({"given_name_key": "if(n % 2 = 0, '', null)", "family_name_key": "''", "street_key": "''"}, {}, None),
    "a chain of 5,000": (CHAIN, CHAIN_HELD, 5_000),
    "a chain of 50,000": (CHAIN, CHAIN_HELD, 50_000),
}

RECORDS = """
select 'x:person:' || lpad(cast(n as varchar), 8, '0') as record_id, {known}, given_name_key as given_key,
    cast(year(birth_date) as bigint) as birth_year, cast(month(birth_date) as bigint) as birth_month, cast(day(birth_date) as bigint) as birth_day
from (select range as n from range($records)) as numbers order by n
"""
HELD = "select 'x:person:' || lpad(cast(n as varchar), 8, '0') as record_id, '{kind}' as identifier_type, {value} as value from (select range as n from range({records})) as numbers"
# As the models judge: more than five names make a value shared, but an account binds all the same.
IDENTIFIERS = """
select held.*, true as is_valid, false as is_junk, names > 5 as is_shared
from ({held}) as held
inner join (
    select held.value,
        greatest(count(distinct coalesce(given_name_key, '') || ' ' || family_name_key), count(distinct nullif(given_name_key, ''))) as names
    from ({held}) as held inner join intermediate.int_records as records on held.record_id = records.record_id group by held.value
) as holders on held.value = holders.value
"""
LINKS = """
select first_id as left_record_id, record_id as right_record_id, 'same_user_id' as reason
from (select record_id, min(record_id) over (partition by value) as first_id from intermediate.int_identifiers where identifier_type = 'user_id')
where first_id <> record_id
union all
select record_id, lead(record_id) over (order by record_id), 'merged' from intermediate.int_records where {is_chain} qualify row_number() over (order by record_id) % 13 = 0
"""
NOBODY = "select '' as record_id, 'email' as identifier_type, cast(null as varchar) as value where false"


def main(case: Annotated[str, typer.Argument(help=", ".join(CASES))], records: int = 1_000_000) -> None:
    known, held, fixed = CASES[case]
    records = fixed or records
    settings().data.mkdir(parents=True, exist_ok=True)
    types = dict.fromkeys(COLUMNS, "varchar") | {"birth_date": "date"}
    with connect() as connection:
        connection.execute("create schema if not exists intermediate")
        columns = ", ".join(f"cast({known.get(column, 'null')} as {types[column]}) as {column}" for column in COLUMNS)
        connection.execute(f"create or replace table intermediate.int_records as {RECORDS.format(known=columns)}", {"records": records})
        values = " union all ".join(HELD.format(kind=kind, value=value, records=records) for kind, value in held.items()) or NOBODY
        connection.execute(
            f"create or replace table intermediate.int_identifiers as {IDENTIFIERS.format(held=f'select * from ({values}) where value is not null')}"
        )
        connection.execute(f"create or replace table intermediate.int_links as {LINKS.format(is_chain=known is CHAIN)}")
        connection.execute("delete from intermediate.int_links where right_record_id is null")


if __name__ == "__main__":
    typer.run(main)
