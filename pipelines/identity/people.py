"""The records as matching sees them: one row per record, identifiers gathered into sets.

Reads `intermediate`, the state of the last run (schema `matching`) and what `changes.py` found; writes temporary tables only:

    rescored  rows that must be scored again: of changed records, and of those who share an identifier with one and are told apart otherwise
              now; in a full run all rows
    outdated  the numbers whose last state no longer counts
    people    every row as it is now: a view of the state overlaid with `rescored`

Standardizing stays out: it is done before. What is done with the rows stays out: `block.py`.
"""

from duckdb import DuckDBPyConnection

from pipelines.identity import changes
from pipelines.identity.changes import TYPES
from pipelines.identity.comparisons import OTHER_GIVEN_NAME

PRIVATE = ("email", "phone")
SET_COLUMNS = ("emails", "private_emails", "email_locals", "phones", "private_phones", "cards", "accounts", "national_ids")
COLUMNS = ("given_name_key", "given_key", "family_name_key", "additional_name_key", "name_key", "birth_date", "birth_year", "birth_month", "birth_day",
           "gender", "street_key", "locality_key", "postal_key", *SET_COLUMNS)  # fmt: skip

# Who holds what, as far as this run has to know. A changed record may change what its e-mails and phones mean to their other holders: with
# a second given name, a phone is no longer private. So all who hold one that a changed record holds or held are asked.
ALL_HELD = "create or replace temp table held as select distinct record_id, identifier_type, value from usable"
HELD = (
    "create or replace temp table held_by_changed as select distinct record_id, identifier_type, value from usable semi join changed on usable.record_id = changed.record_id",
    f"""
    create or replace temp table held as
    with

    once_held as (select state.* from was.people as state semi join changed on state.n = changed.n),

    asked as (

        select identifier_type, value from held_by_changed where identifier_type in {PRIVATE}
        {" ".join(f"union select '{kind}', unnest({TYPES[kind]}) from once_held" for kind in PRIVATE)}

    )

    select distinct record_id, identifier_type, value
    from usable semi join asked on usable.identifier_type = asked.identifier_type and usable.value = asked.value
    union all
    select * from held_by_changed where identifier_type not in {PRIVATE}
    """,
)

# A value is private unless two of its holders have different given names: a family phone is not, nor the e-mail of a couple.
# Typos and swapped name parts do not make a second person; the same test is used when pairs are compared.
COMMON = f"""
create or replace temp table common as
with

named as (

    select held.identifier_type, held.value, records.given_name_key, records.given_key, records.family_name_key
    from held
    inner join intermediate.int_records as records on held.record_id = records.record_id
    where held.identifier_type in {PRIVATE} and length(records.given_name_key) > 1

),

several as (select identifier_type, value from named group by identifier_type, value having min(given_name_key) <> max(given_name_key)),

names as (

    select distinct named.*
    from named semi join several on named.identifier_type = several.identifier_type and named.value = several.value

),

sides as (

    select
        l.identifier_type,
        l.value,
        l.given_name_key as given_name_key_l,
        r.given_name_key as given_name_key_r,
        l.given_key as given_key_l,
        r.given_key as given_key_r,
        l.family_name_key as family_name_key_l,
        r.family_name_key as family_name_key_r
    from names as l
    inner join names as r on l.identifier_type = r.identifier_type and l.value = r.value and l.given_name_key < r.given_name_key

)

select distinct identifier_type, value from sides where {OTHER_GIVEN_NAME}
"""
IDENTIFIERS = """
create or replace temp table matching_identifiers as
select numbers.n, held.identifier_type, held.value, common.value is null as is_private
from held
inner join numbers on held.record_id = numbers.record_id
left join common on held.identifier_type = common.identifier_type and held.value = common.value
"""
# Values that were private and are not, or the other way about, to holders who have not changed.
TURNED = f"""
create or replace temp table turned as
select
    state.n,
    {", ".join(f"coalesce(list(held.value) filter (where held.identifier_type = '{kind}'), []) as {TYPES[kind]}" for kind in PRIVATE)}
from held
inner join was.people as state on held.record_id = state.record_id
left join common on held.identifier_type = common.identifier_type and held.value = common.value
where held.identifier_type in {PRIVATE} and state.n not in (select n from changed where n is not null)
    and (common.value is null) <> list_contains(case held.identifier_type {" ".join(f"when '{kind}' then state.private_{TYPES[kind]}" for kind in PRIVATE)} end, held.value)
group by state.n
"""

# By type, since few records hold more than one: a list that stays empty costs as much as one that does not.
SETS = "\n".join(
    f"""left join (
        select n, list_sort(list(value)) as {column}{f", list_sort(list(value) filter (where is_private)) as private_{column}" if kind in PRIVATE else ""}
        from matching_identifiers where identifier_type = '{kind}' group by n
    ) as {column} on numbers.n = {column}.n"""
    for kind, column in TYPES.items()
)
# A local part of fewer than five characters (ivan@, max@) is a word, not a hint.
LOCALS = "list_sort(list_distinct(list_filter(list_transform(emails.emails, lambda value: split_part(value, '@', 1)), lambda part: length(part) >= 5)))"

# Rows that are equal to the letter and hold something of a person's own are one row to matching: `is_twin` lets them be.
# An identifier that may veto and is not compared would not be seen here, so that its holders are no twins.
ROWS = f"""
create or replace temp table touched_rows as
with

read as (

    select
        numbers.n,
        records.record_id,
        numbers.input_hash,
        nullif(records.given_name_key, '') as given_name_key,
        nullif(records.given_key, '') as given_key,
        nullif(records.family_name_key, '') as family_name_key,
        nullif(records.additional_name_key, '') as additional_name_key,
        nullif(records.given_name_key, '') || '|' || nullif(records.family_name_key, '') as name_key,
        records.birth_date,
        records.birth_year,
        records.birth_month,
        records.birth_day,
        records.gender,
        nullif(records.street_key, '') as street_key,
        nullif(records.locality_key, '') as locality_key,
        nullif(lower(records.postal_code), '') as postal_key,
        {", ".join(f"coalesce({LOCALS if column == 'email_locals' else column}, cast([] as varchar[])) as {column}" for column in SET_COLUMNS)}
    from intermediate.int_records as records
    inner join numbers on records.record_id = numbers.record_id
    {SETS}
    {{others}}

)

select
    *,
    n as leader,
    hash({", ".join(COLUMNS)}) as row_hash,
    record_id not in (select left_record_id from overrides union all select right_record_id from overrides)
    and record_id not in (select record_id from usable where identifier_type not in ({", ".join(f"'{kind}'" for kind in TYPES)}))
    and len(emails) + len(phones) + len(cards) + len(accounts) + len(national_ids) > 0
    and (name_key is not null or len(private_emails) + len(cards) + len(accounts) + len(national_ids) > 0) as can_be_twin
from read
"""

# Beside them, those to whom a value has turned, otherwise as they were. What had been private is so no more, and the other way about.
TURNED_ROWS = f"""
    union all by name
    select
        state.n, state.record_id, state.input_hash, {", ".join(f"state.{column}" for column in COLUMNS if not column.startswith("private_"))},
        {
    ", ".join(
        f"list_sort(list_concat(list_filter(state.private_{column}, lambda value: not list_contains(turned.{column}, value)), "
        f"list_filter(turned.{column}, lambda value: not list_contains(state.private_{column}, value)))) as private_{column}"
        for column in (TYPES[kind] for kind in PRIVATE)
    )
}
    from was.people as state inner join turned on state.n = turned.n
"""

STATE_COLUMNS = ("n", "record_id", *COLUMNS, "row_hash", "can_be_twin", "input_hash", "leader")

# The leader of twins is the one with the smallest id; any other row leads only itself. Asked for the groups that may have changed.
LEADERS = """
create or replace temp table leaders as
with

newer as (select n from touched_rows union all select n from changed where is_gone and n is not null),

groups as (

    select row_hash from touched_rows
    union
    select state.row_hash from was.people as state semi join newer on state.n = newer.n

),

rows as (

    select n, record_id, row_hash, name_key, emails, can_be_twin from touched_rows
    union all
    select n, record_id, row_hash, name_key, emails, can_be_twin from was.people as state
    anti join newer on state.n = newer.n
    semi join groups on state.row_hash = groups.row_hash

)

select n, case when can_be_twin then first_value(n) over (partition by can_be_twin, row_hash, name_key, emails order by record_id) else n end as leader
from rows
"""

# What is scored again: new and changed rows, and twins that have another leader now.
RESCORED = f"""
create or replace temp table rescored as
select {", ".join(f"rows.{column}" for column in STATE_COLUMNS if column != "leader")}, leaders.leader
from touched_rows as rows inner join leaders on rows.n = leaders.n
union all
select {", ".join(f"state.{column}" for column in STATE_COLUMNS if column != "leader")}, leaders.leader
from was.people as state
inner join leaders on state.n = leaders.n and state.leader <> leaders.leader
anti join touched_rows as rows on state.n = rows.n
"""

# The same where every row is new: few have a twin, and the wide table is not written twice.
ALL_LED = """
create or replace temp table leaders as
with

twins as (select row_hash from touched_rows where can_be_twin group by row_hash having count(*) > 1),

rows as (

    select n, record_id, row_hash, name_key, emails from touched_rows as rows semi join twins on rows.row_hash = twins.row_hash where can_be_twin

)

select n, first_value(n) over (partition by row_hash, name_key, emails order by record_id) as leader from rows
"""
ALL_RESCORED = (
    "update touched_rows set leader = leaders.leader from leaders where touched_rows.n = leaders.n and leaders.leader <> leaders.n",
    "drop table if exists rescored",
    "alter table touched_rows rename to rescored",
)

# Records of the state that the new rows stand in for, or that are gone.
OUTDATED = "create or replace temp table outdated as select n from rescored union all select n from changed where is_gone"

PEOPLE = f"""
create or replace temp view people as
select {", ".join(STATE_COLUMNS)} from rescored
union all
select {", ".join(STATE_COLUMNS)} from was.people as state anti join outdated on state.n = outdated.n
"""


# Whoever this run may compare or decide about: the ends of its pairs and all who hang together with them. The wide table is read once for them.
NEAR = f"""
create or replace temp table near as
with

ends as (

    select n from again
    union
    select unnest([n_l, n_r]) from blocked_pairs
    union
    select people.n from (select n, record_id from rescored union all select n, record_id from was.people) as people
    semi join (select unnest([left_record_id, right_record_id]) as record_id from overrides) as named on people.record_id = named.record_id

),

pulled as (

    select known.component from was.components as known
    semi join (select n from ends union all select n from changed where is_gone) as moved on known.n = moved.n

),

members as (select n from ends union select known.n from was.components as known semi join pulled on known.component = pulled.component)

select {", ".join(STATE_COLUMNS)} from rescored
union all
select {", ".join(f"state.{column}" for column in STATE_COLUMNS)} from was.people as state
semi join members on state.n = members.n
anti join outdated on state.n = outdated.n
"""


def narrow(connection: DuckDBPyConnection) -> None:
    """Leaves in `people` those near to what changed. Needs what `block.py` makes."""
    connection.execute(NEAR).fetchall()
    connection.execute("create or replace temp view people as select * from near").fetchall()


def prepare(connection: DuckDBPyConnection, *, everything: bool) -> int:
    """Makes `changed`, `rescored`, `outdated` and `people`; returns how many records there are. Needs the table `overrides`.

    Where nothing changed since the last run, `changed` alone.
    """
    records = changes.find(connection, everything=everything)
    if everything:
        steps = (ALL_HELD, COMMON, IDENTIFIERS, ROWS.format(others=""), ALL_LED, *ALL_RESCORED, OUTDATED, PEOPLE)
    elif changes.any_found(connection):
        steps = (*HELD, COMMON, IDENTIFIERS, TURNED, ROWS.format(others=TURNED_ROWS), LEADERS, RESCORED, OUTDATED, PEOPLE)
    else:
        steps = ()
    for statement in steps:
        connection.execute(statement).fetchall()
    return records
