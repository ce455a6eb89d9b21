"""Taking out again who was erased before: an old export lands, and its rows leave before anybody is matched or shown.

Called by the daily job between staging and what follows from it. Staged record ids, addresses and numbers are hashed with the key and
held against the tombstones; what meets one goes by the same machine as in an erasure, out of the inbox too, and is counted as erased.
"""

from datetime import datetime

import duckdb

from pipelines.privacy import compact, erase, rewriting, subject, tables, tombstones
from pipelines.settings import settings
from pipelines.sources import manifest
from pipelines.warehouse import connect

# Every value by which a staged row may be known, as the type it is and as it is spelled.
VALUES = {
    "raw_value": "select distinct identifier_type as type, raw_value as text, {region} as region from {table} where raw_value is not null",
    "subject_value": "select distinct subject_type as type, subject_value as text, null as region from {table} where subject_value is not null",
    "email": "select distinct 'email' as type, email as text, null as region from {table} where email is not null",
}
MET = """
create or replace temp table met as
with

spelled as (select distinct type, text, region from ({values})),

standard as (

    select type, text, case type when 'email' then parse_email(text).value when 'phone' then parse_phone(text, region).value else text end as value
    from spelled

),

judged as (

    select
        type, text, tombstone('identifier ' || type || ' ' || text) in (select hash from tombstones where kind = 'identifier') as is_text,
        -- Whose number is told by how it is written only, may be one of several who have it.
        case when tombstone('identifier ' || type || ' ' || value) in (select hash from tombstones where kind = 'identifier') then value end as value
    from standard

)

select type, text, value from judged where is_text or value is not null
"""
# A browser or an app on which somebody else has signed in since is theirs by now.
ANOTHERS = """
delete from met where type in ('ga_client_id', 'ym_client_id', 'anonymous_id')
    and (type, text) in (select ({kind}, {text}) from staging.{table} where record_id is not null and record_id not in (from subject.records))
"""


def keep_out(run_at: datetime) -> int:
    """Removes what was landed of erased people and returns how many raw rows that were."""
    if not tombstones.file().exists() or not settings().warehouse.exists():
        return 0
    path = erase.under_way() / "subject.duckdb"
    subject.create(path)
    with connect() as connection:
        connection.execute(f"attach '{path}' as subject")
        if not _meet(connection):
            erase.give_up()
            return 0
        manifest.create_tables(connection)
        subject.gather(connection)
        rows = connection.execute("select count(*) from (from subject.rows union from subject.shared_rows)").fetchone()[0]
        if not rows:
            erase.give_up()
            return 0
        erase.begin(erase.Order(["returned"], "the daily job", f"{run_at:%Y-%m-%d %H:%M:%S}", "returned"))  # killed from here on, the next run finishes it
        rewriting.clean_inbox(connection)
        tables.remove(connection)
    compact.rewrite(settings().warehouse)
    erase.give_up()
    return rows


def clean_copies() -> int:
    """Takes erased people out of old copies of exports, of which nothing lands because their content is known. Right after the landing."""
    if not tombstones.file().exists():
        return 0
    with connect() as connection:
        return rewriting.clean_copies(connection, tombstones.judge())


def _meet(connection: duckdb.DuckDBPyConnection) -> bool:
    """Fills the subject with the records and texts of staging that have a tombstone; false if there are none."""
    from pipelines.standardize.plugin import register

    register(connection)
    tombstones.load(connection)
    tables = subject.tables_of(connection, views=True)
    staged = {table: columns for (schema, table), columns in tables.items() if schema == "staging"}
    # Who has been a customer with other addresses all along is not the one erased.
    unknown = "and record_id not in (select record_id from identity.record_customers)" if ("identity", "record_customers") in tables else ""
    queries = []
    for table, columns in staged.items():
        for column, query in VALUES.items():
            kind = {"raw_value": "identifier_type", "subject_value": "subject_type", "email": "email"}[column]
            if column in columns and kind in columns and (column != "email" or table == "stg_esp__provider_events"):
                queries.append(query.format(table=f"staging.{table}", region="phone_region" if "phone_region" in columns else "null"))
    connection.execute(MET.format(values=" union ".join(queries) or "select null as type, null as text, null as region where false"))
    for table in staged:
        if table.endswith("__records"):
            connection.execute(
                f"insert into subject.records select distinct record_id from staging.{table} where tombstone('record ' || record_id) in (select hash from tombstones where kind = 'record')"
            )
    for table, columns in staged.items():
        for kind, text in (("identifier_type", "raw_value"), ("subject_type", "subject_value")):
            if {"record_id", kind, text} <= columns.keys():
                connection.execute(ANOTHERS.format(kind=kind, text=text, table=table))
    connection.execute("insert into subject.texts select distinct * from (select type, unnest([text, value]) as text from met) where text is not null")
    connection.execute(subject.NEEDLES)
    for table in staged:
        if table.endswith("__identifiers"):
            connection.execute(
                f"insert into subject.records select distinct record_id from staging.{table} where (identifier_type, raw_value) in (select (type, text) from met) {unknown}"
            )
    connection.execute("create or replace table subject.records as select distinct record_id from subject.records")
    return bool(connection.execute("select (select count(*) from subject.records) + (select count(*) from met)").fetchone()[0])
