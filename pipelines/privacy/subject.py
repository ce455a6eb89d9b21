"""Who is meant and what is theirs: the sets by which every place is searched, in a small database of their own.

The sets are gathered before anything is removed and kept in `<data>/privacy/unfinished` until the end, so that an erasure which was
killed knows what it was looking for. What others hold too (a family's phone) is in no set: it is not theirs alone.
"""

from pathlib import Path

import duckdb

from pipelines.privacy.matching import columns_of, condition, holding
from pipelines.privacy.words import Words
from pipelines.sources.registry import presets
from pipelines.standardize.emails import parse_email
from pipelines.standardize.phones import parse_phone

SETS = {
    "requests": "reference varchar, record_id varchar, type varchar, text varchar", "buried": "reference varchar, kind varchar, text varchar",
    "records": "record_id varchar", "customers": "customer_id varchar", "rows": "file_id varchar, line bigint", "shared_rows": "file_id varchar, line bigint",
    "ids": "id varchar", "numbers": "n integer", "texts": "type varchar, text varchar", "needles": "text varchar", "vanished": "text varchar",
}  # fmt: skip

# An old id is theirs if it leads to them, or if nobody else ever had it.
CUSTOMERS = """
insert into subject.customers
select customer_id from identity.record_customers where record_id in (from subject.records)
union
select old_customer_id from identity.customer_redirects
where customer_id in (select customer_id from identity.record_customers where record_id in (from subject.records))
union
select customer_id from identity.record_moves where customer_id is not null group by customer_id having bool_and(record_id in (from subject.records))
"""

# However an address or a number was ever written.
SPELLINGS = """
select 'email' as type, value, raw_value from intermediate.int_email_values
union
select 'phone', value, raw_value from intermediate.int_phone_values
"""
TEXTS = f"""
insert into subject.texts
with

held as (

    select identifier_type, unnest([raw_value, value]) as text, coalesce(value, raw_value) as value, record_id in (from subject.records) as is_theirs, is_junk
    from intermediate.int_identifiers

),

theirs as (

    select identifier_type, value from held where not is_junk group by identifier_type, value having bool_and(is_theirs)

)

select distinct held.identifier_type, held.text from held inner join theirs on held.identifier_type = theirs.identifier_type and held.value = theirs.value
where held.text is not null
union
select spelled.type, spelled.raw_value from ({SPELLINGS}) as spelled inner join theirs on spelled.type = theirs.identifier_type and spelled.value = theirs.value
"""

# What cannot be anybody else's wherever it stands: an address, a number of full length, a long key.
UNMISTAKABLE = r"regexp_matches(trim(text), '^[^ @]+@[^ @]+\.[^ @]+$') or (type = 'phone' and len(regexp_replace(text, '[^0-9]', '', 'g')) between 10 and 15) or (type not in ('phone', 'email') and len(text) >= 12)"
NEEDLES = f"insert into subject.needles select distinct text from subject.texts where ({UNMISTAKABLE}) and text not in (from subject.needles)"

# Svod's own messages to them: answers and journals know nothing else of a person.
MESSAGES = """
insert into subject.needles
select message_id from communications.outbox
where customer_id in (from subject.customers) or (identifier_type, address) in (select (type, text) from subject.texts)
"""

# Staged shapes, in which `record_id` is the record's own: some staging models keep the source's number under that name.
SHAPES = ("__records", "__orders", "__events", "__consent_events")
# Where the values of people stand under a key; what no row of anybody else has any more vanishes from the tables without one, too.
NAMED = (("intermediate", "int_records"), ("matching", "people"), ("intermediate", "int_identifiers"))
# Tables whose first required column numbers nothing: a statement of consent has no number of its own, and a purpose is everybody's.
KEYLESS = {("consents", "statements")}
REGIONS = "RU,US"  # where a number without a country code may belong
UNTOLD = ("payload", "_extra", "extra", "_file_id", "_file_name", "_dlt_load_id", "_load_id", "source_file_name")


def create(path: Path) -> None:
    """An empty subject, where only its owner may look."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        for name, columns in SETS.items():
            connection.execute(f"create table {name} ({columns})")
    path.chmod(0o600)


def gather(connection: duckdb.DuckDBPyConnection) -> None:
    """From the records in `subject.records` and the identifiers in `subject.texts` all that is theirs, in the attached database `subject`."""
    tables = tables_of(connection)
    if ("identity", "record_customers") in tables:
        connection.execute(CUSTOMERS)
    if ("intermediate", "int_identifiers") in tables:
        connection.execute(TEXTS)
        _find_listed(connection, tables)
        connection.execute(NEEDLES)
    if ("communications", "outbox") in tables:
        connection.execute(MESSAGES)
    if ("matching", "people") in tables:
        connection.execute("insert into subject.numbers select n from matching.people where record_id in (from subject.records)")
    staged = {name: columns for name, columns in tables.items() if name[0] in ("staging", "intermediate") and {"_file_id", "_line"} <= columns.keys()}
    find_rows(connection, tables, staged)
    for (schema, table), columns in staged.items():
        for name in sorted({"order_id", "event_id", "consent_event_id", "suppression_id"} & columns.keys()):
            where = "(_file_id, _line) in (from subject.rows) and (_file_id, _line) not in (from subject.shared_rows)"
            prefixed = f"and \"{name}\" like '%:%'"  # in staging a source's own number may stand under the same name
            connection.execute(f'insert into subject.ids select distinct "{name}" from "{schema}"."{table}" where {where} {prefixed}')
    for (schema, table), columns in staged.items():
        if "record_id" in columns and "event_id" in columns:
            connection.execute(f'insert into subject.ids select distinct event_id from "{schema}"."{table}" where record_id in (from subject.records)')
    connection.execute("create or replace table subject.ids as select distinct id from subject.ids where id is not null")
    connection.execute("delete from subject.rows where (file_id, line) in (from subject.shared_rows)")
    find_vanished(connection, {name: columns for name, columns in tables.items() if name[0].startswith("raw_") or name in NAMED})


def _find_listed(connection: duckdb.DuckDBPyConnection, tables: dict) -> None:
    """How lists kept by hand spell an address or a number of theirs, in the table `listed`: no source wrote it so."""
    listed = "select distinct unnest([identifier, trim(identifier)]) from seeds.static_lists"
    texts = [text for (text,) in connection.execute(listed).fetchall()] if ("seeds", "static_lists") in tables else []
    connection.execute(
        """create or replace temp table listed as
           select if(contains(text, '@'), 'email', 'phone') as type, text, value from (select unnest($texts::varchar[]) as text, unnest($values::varchar[]) as value)""",
        {"texts": texts, "values": [_standard(text) for text in texts]},
    )
    theirs = "select (type, text) from subject.texts"
    connection.execute(f"insert into subject.texts select type, text from listed where (type, value) in ({theirs}) and (type, text) not in ({theirs})")


def find_rows(connection: duckdb.DuckDBPyConnection, tables: dict, staged: dict) -> None:
    """The raw rows: those that staging made their records, events and orders of, all versions of them, and those in quarantine."""
    for (schema, table), columns in staged.items():
        source = f'"{schema}"."{table}"'
        connection.execute(f"insert into subject.rows select _file_id, _line from {source} where {condition(schema, columns, source=source)}")
    # Of an export that has just come, events may stand in views only.
    named = {"_file_id", "_line", "record_id", "subject_type", "subject_value"}
    views = {name: columns for name, columns in tables_of(connection, views=True).items() if name[0] == "staging" and name not in tables}
    seen = {name: columns for name, columns in views.items() if named <= columns.keys()}
    for schema, table in seen:
        told = "(subject_type, subject_value) in (select (type, text) from subject.texts)"
        connection.execute(f'insert into subject.rows select _file_id, _line from "{schema}"."{table}" where {told}')
    _all_versions(connection, tables)
    Words(connection).register(connection)
    _quarantined(connection, tables)
    _answers(connection, tables)
    connection.execute("create or replace table subject.rows as select distinct file_id, line from subject.rows where line is not null")
    for (schema, table), columns in (staged | seen).items():
        owner = "record_id" if "record_id" in columns and (schema == "intermediate" or table.endswith(SHAPES)) else None
        email = "email" if table == "stg_esp__provider_events" else None
        foreign = None
        if owner:
            foreign = f"{owner} is not null and {owner} not in (from subject.records)"
        elif email:
            foreign = f"not coalesce({email} in (from subject.needles), false)"
        if owner and {"identifier_type", "raw_value"} <= columns.keys():
            _find_anothers(connection, tables, f'"{schema}"."{table}"')
            foreign += " or record_id is null and (identifier_type, raw_value) in (from anothers)"
        if foreign:
            connection.execute(
                f'insert into subject.shared_rows select distinct _file_id, _line from "{schema}"."{table}" where (_file_id, _line) in (from subject.rows) and ({foreign})'
            )


def _find_anothers(connection: duckdb.DuckDBPyConnection, tables: dict, source: str) -> None:
    """Which addresses that rows of theirs say of nobody's record are somebody else's: one statement may name two people, who fill in a form together or are one to nobody but us."""
    said = connection.execute(
        f"select distinct identifier_type, raw_value from {source} where record_id is null and (_file_id, _line) in (from subject.rows)"
    ).fetchall()
    connection.execute("create or replace temp table anothers (identifier_type varchar, raw_value varchar)")
    if ("intermediate", "int_identifiers") in tables:
        connection.execute(
            """insert into anothers select kind, text from (select unnest($kinds::varchar[]) as kind, unnest($texts::varchar[]) as text, unnest($values::varchar[]) as value)
               where (kind, value) in (select (identifier_type, value) from intermediate.int_identifiers where not is_junk and record_id not in (from subject.records))""",
            {"kinds": [kind for kind, _ in said], "texts": [text for _, text in said], "values": [_standard(text, kind) for kind, text in said]},
        )


def _standard(text: str | None, kind: str | None = None) -> str | None:
    """An address or a number as the models write it; without a kind it is told by its look."""
    if text is None or kind not in ("email", "phone", None):
        return text
    return (parse_email(text) if kind == "email" or (kind is None and "@" in text) else parse_phone(text, REGIONS)).value


def _all_versions(connection: duckdb.DuckDBPyConnection, tables: dict) -> None:
    """Older exports of the same row, by the table's key: staging may have dropped them without a trace. And rows that hold their address or number."""
    for preset in presets().values():
        for table in preset.tables:
            columns = tables.get((f"raw_{preset.name}", table.name))
            if columns is None:
                continue
            name = f'"raw_{preset.name}"."{table.name}"'
            if table.required and (preset.name, table.name) not in KEYLESS:
                key = f'trim("{table.required[0]}")'
                same = f"{key} in (select {key} from {name} where (_file_id, _line) in (from subject.rows)) and {key} <> ''"
                connection.execute(f"insert into subject.rows select _file_id, _line from {name} where {same}")
            if held := holding([column for column in columns if column in table.columns], "needles", name, "rowid"):
                connection.execute(f"insert into subject.rows select _file_id, _line from {name} where {held}")


def _quarantined(connection: duckdb.DuckDBPyConnection, tables: dict) -> None:
    if ("landing", "quarantine") in tables:
        connection.execute("insert into subject.rows select file_id, line from landing.quarantine where names_them(raw)")


def _answers(connection: duckdb.DuckDBPyConnection, tables: dict) -> None:
    """Lines and mails that name them or a message of theirs, also such as staging could make nothing of."""
    for table in ("lines", "mails"):
        if ("raw_responses", table) in tables:
            connection.execute(f"insert into subject.rows select _file_id, _line from raw_responses.{table} where names_them(payload)")


def tables_of(connection: duckdb.DuckDBPyConnection, views: bool = False) -> dict[tuple[str, str], dict[str, str]]:
    """Every table of the database with its columns and their types; views hold nothing, they only show."""
    rows = connection.execute(
        """select columns.schema_name, columns.table_name, column_name, data_type from duckdb_columns() as columns
           where columns.database_name = current_database() and not columns.internal
               and ($views or (columns.schema_name, columns.table_name) in (select (schema_name, table_name) from duckdb_tables() where database_name = current_database()))
           order by 1, 2, column_index""",
        {"views": views},
    ).fetchall()
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for schema, table, column, kind in rows:
        found.setdefault((schema, table), []).append((column, kind))
    return {name: columns_of(columns) for name, columns in found.items()}


def find_vanished(connection: duckdb.DuckDBPyConnection, tables: dict) -> None:
    """Values that nobody else has: a rare family name stands in tables of names that do not say whose it is. A number that others have too is theirs, however it is written."""
    parts = []
    for (schema, table), columns in tables.items():
        cells = [f'"{name}"' for name, kind in columns.items() if kind == "VARCHAR" and name not in UNTOLD]
        if cells:
            source = f'"{schema}"."{table}"'
            parts.append((f"select unnest([{', '.join(cells)}]) as text from {source} where", condition(schema, columns, source=source)))
    theirs = " union ".join(f"{select} ({where})" for select, where in parts)
    connection.execute(f"create or replace temp table candidates as select text from ({theirs}) where len(text) >= 3 and text not similar to '[0-9.]{{1,5}}'")
    for select, where in parts:
        connection.execute(f"delete from candidates where text in (select text from ({select} not coalesce(({where}), false)))")
    connection.execute("insert into subject.vanished select text from candidates")
    email = r"regexp_matches(text, '^[^ @,;]+@[^ @,;]+\.[^ @,;]+$')"
    phone = r"regexp_matches(text, '^[+]?[0-9 ()-]+$') and len(regexp_replace(text, '[^0-9]', '', 'g')) between 10 and 12 and regexp_matches(text, '[+ (-]')"
    found = [
        text for (text,) in connection.execute(f"select text from candidates where ({email} or {phone}) and text not in (from subject.needles)").fetchall()
    ]
    values = [_standard(text) for text in found]
    shared = "(select value from intermediate.int_identifiers where value is not null and record_id not in (from subject.records))"
    connection.execute(
        "insert into subject.needles select text from (select unnest($texts::varchar[]) as text, unnest($values::varchar[]) as value)"
        + (f" where value is null or value not in {shared}" if NAMED[-1] in tables else ""),
        {"texts": found, "values": values},
    )


def add_pseudonyms(connection: duckdb.DuckDBPyConnection) -> None:
    """In the pseudonymised versions the same ids and values stand as their keyed hashes."""
    for name, column in (("records", "record_id"), ("customers", "customer_id"), ("ids", "id"), ("needles", "text")):
        connection.execute(f"insert into subject.{name} select pseudonym({column}) from subject.{name}")
    connection.execute("insert into subject.texts select type, pseudonym(text) from subject.texts")
