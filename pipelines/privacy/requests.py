"""Who is asked for: the people of all requests, written down in the subject before what is theirs is gathered."""

import duckdb

from pipelines.privacy.finding import Person

# However an address or a number is written: of whom there is a record, the record's identifiers tell it.
SPELLED = """
insert into subject.requests
select reference, null, type, spelled.raw_value from subject.requests
inner join (
    select 'email' as type, value, raw_value from intermediate.int_email_values
    union
    select 'phone', value, raw_value from intermediate.int_phone_values
) as spelled using (type)
where spelled.value = text and spelled.raw_value <> text
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
