"""Who is asked for, before what is theirs is gathered; and afterwards whose each part of it is, so that tombstones bear the reference of their own request."""

import duckdb

from pipelines.privacy.finding import Person
from pipelines.privacy.subject import SPELLINGS

# However an address or a number is written: of whom there is a record, the record's identifiers tell it.
SPELLED = f"""
insert into subject.requests
select reference, null, type, spelled.raw_value from subject.requests
inner join ({SPELLINGS}) as spelled using (type)
where spelled.value = text and spelled.raw_value <> text
"""
# What each request's people are known by, however it is written.
SAID = f"""
create or replace temp table said as
with

held as (

    select reference, identifier_type as type, unnest([raw_value, value]) as text, coalesce(value, raw_value) as value
    from subject.requests inner join intermediate.int_identifiers using (record_id)
    union
    select reference, type, text, text from subject.requests where type is not null

),

spelled as (

    {SPELLINGS}
    union
    select type, value, text from listed

)

select reference, record_id as text from subject.requests where record_id is not null
union
select reference, text from held
union
select reference, spelled.raw_value from held inner join spelled on held.type = spelled.type and held.value = spelled.value
"""
# What the household of two requests shares bears both; what only stood in somebody's rows, so that nobody can tell whose it is, bears all at once.
BURIED = """
insert into subject.buried
with

stones as (

    select 'record' as kind, record_id as text, record_id as spelling from subject.records
    union
    select 'identifier', type || ' ' || text, text from subject.texts
    union
    select 'identifier', case when contains(text, '@') then 'email ' else 'phone ' end || lower(text), text from subject.needles where regexp_matches(text, '@|^[+]')

)

select distinct coalesce(said.reference, (select string_agg(distinct reference, ', ' order by reference) from subject.requests)), stones.kind, stones.text
from stones left join said on stones.spelling = said.text
"""


def ask(connection: duckdb.DuckDBPyConnection, asked: list[tuple[str, Person]]) -> None:
    """Each person with the reference of their request."""
    records = [(reference, record) for reference, person in asked for record in person.records]
    identifiers = [(reference, *identifier) for reference, person in asked for identifier in person.identifiers]
    connection.execute(
        "insert into subject.requests select unnest($references::varchar[]), unnest($records::varchar[]), null, null",
        {"references": [row[0] for row in records], "records": [row[1] for row in records]},
    )
    if identifiers:
        connection.execute(
            "insert into subject.requests select unnest($references::varchar[]), null, unnest($types::varchar[]), unnest($texts::varchar[])",
            {"references": [row[0] for row in identifiers], "types": [row[1] for row in identifiers], "texts": [row[2] for row in identifiers]},
        )
        connection.execute(SPELLED)
    connection.execute("insert into subject.records select distinct record_id from subject.requests where record_id is not null")
    connection.execute("insert into subject.texts select distinct type, text from subject.requests where type is not null")


def bury(connection: duckdb.DuckDBPyConnection) -> None:
    """What the tombstones will say, after all was gathered and while the warehouse still knows whose it is."""
    connection.execute(SAID)
    connection.execute(BURIED)
