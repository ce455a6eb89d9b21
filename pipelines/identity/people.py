"""The records as matching sees them: one row per record, identifiers gathered into sets; and which of these rows are new since the last run.

Reads `intermediate` and the state of the last run (schema `matching`), writes temporary tables of the scratch connection only:

    changed   records whose input is new, changed or gone (n of the last run, if it knew them)
    rescored  rows that must be scored again; in a full run all rows
    outdated  the numbers whose last state no longer counts
    people    every row as it is now: a view of the state overlaid with `rescored`

Standardizing stays out: it is done before. What is done with the rows stays out: `block.py`.
"""

from duckdb import DuckDBPyConnection

from pipelines.identity import identifier_types
from pipelines.identity.settings import OTHER_GIVEN_NAME

# Everything that can change a match; lineage and profile columns are left out, so that they never cause a new run.
MATCHING_COLUMNS = (
    "given_name_key, family_name_key, additional_name_key, birth_date, birth_year, birth_month, birth_day, gender, street_key, locality_key, postal_code"
)

TYPES = {"email": "emails", "phone": "phones", "loyalty_card": "cards", "user_id": "accounts", "national_id": "national_ids"}
SET_COLUMNS = ("emails", "private_emails", "email_locals", "phones", "private_phones", "cards", "accounts", "national_ids")
COLUMNS = ("given_name_key", "family_name_key", "additional_name_key", "name_key", "birth_date", "birth_year", "birth_month", "birth_day",
           "gender", "street_key", "locality_key", "postal_key", *SET_COLUMNS)  # fmt: skip

USABLE = f"""
create or replace temp view usable as
select record_id, identifier_type, value from intermediate.int_identifiers
where is_valid and not is_junk and not is_shared and value is not null and (
    identifier_type in ({", ".join(f"'{kind}'" for kind in TYPES)})
    or identifier_type in (select identifier_type from identifier_types where veto <> 'never')
)
"""

# Sums of hashes, not exclusive ors: two equal rows must not cancel out. A decision of a steward about a record is input too.
INPUTS = f"""
create or replace temp table inputs as
with

held as (select record_id, sum(hash(identifier_type, value)) as held_hash from usable group by record_id),

linked as (

    select record_id, sum(other_hash) as linked_hash
    from (
        select left_record_id as record_id, hash(right_record_id) as other_hash from intermediate.int_links
        union all
        select right_record_id, hash(left_record_id) from intermediate.int_links
        union all
        select left_record_id, hash(action, right_record_id) from overrides
        union all
        select right_record_id, hash(action, left_record_id) from overrides
    ) as links
    group by record_id

)

select records.record_id, hash({", ".join(f"records.{column}" for column in MATCHING_COLUMNS.split(", "))}, held.held_hash, linked.linked_hash) as input_hash
from intermediate.int_records as records
left join held on records.record_id = held.record_id
left join linked on records.record_id = linked.record_id
"""

CHANGED = """
create or replace temp table changed as
select coalesce(inputs.record_id, state.record_id) as record_id, state.n, inputs.record_id is null as is_gone
from inputs
full join was.people as state on inputs.record_id = state.record_id
where inputs.input_hash is distinct from state.input_hash
union all
select record_id, null, true from warehouse.identity.record_customers as known
anti join inputs on known.record_id = inputs.record_id
anti join was.people as state on known.record_id = state.record_id
"""

# A changed record may change what its identifiers mean to others: with a second given name, a phone is no longer private.
TOUCHED = f"""
create or replace temp table touched as
with

now_held as (select identifier_type, value from usable semi join changed on usable.record_id = changed.record_id),

once_held as (

    {" union all ".join(f"select '{kind}' as identifier_type, unnest({column}) as value from was.people as state semi join changed on state.n = changed.n" for kind, column in TYPES.items())}

)

select record_id from changed where not is_gone
union
select record_id from usable semi join (select * from now_held union all select * from once_held) as moved
    on usable.identifier_type = moved.identifier_type and usable.value = moved.value
"""

# A value is private unless two of its holders have different given names: a family phone is not, nor the e-mail of a couple.
# Typos and swapped name parts do not make a second person; the same test is used when pairs are compared.
IDENTIFIERS = f"""
create or replace temp table matching_identifiers as
with

asked as (select distinct identifier_type, value from usable semi join touched on usable.record_id = touched.record_id),

held as (

    select distinct usable.record_id, usable.identifier_type, usable.value, records.given_name_key, records.family_name_key
    from usable
    semi join asked on usable.identifier_type = asked.identifier_type and usable.value = asked.value
    inner join intermediate.int_records as records on usable.record_id = records.record_id

),

names as (

    select distinct identifier_type, value, given_name_key, family_name_key from held where length(given_name_key) > 1

),

sides as (

    select
        l.identifier_type,
        l.value,
        l.given_name_key as given_name_key_l,
        r.given_name_key as given_name_key_r,
        l.family_name_key as family_name_key_l,
        r.family_name_key as family_name_key_r
    from names as l
    inner join names as r on l.identifier_type = r.identifier_type and l.value = r.value and l.given_name_key < r.given_name_key

),

common as (

    select distinct identifier_type, value from sides where {OTHER_GIVEN_NAME}

)

select held.record_id, held.identifier_type, held.value, common.value is null as is_private
from held
semi join touched on held.record_id = touched.record_id
left join common on held.identifier_type = common.identifier_type and held.value = common.value
"""

# A local part of fewer than five characters (ivan@, max@) is a word, not a hint.
SETS = f"""
create or replace temp table matching_sets as
select
    record_id,
    {", ".join(f"list_sort(list(value) filter (where identifier_type = '{kind}')) as {column}" for kind, column in TYPES.items())},
    list_sort(list(value) filter (where identifier_type = 'email' and is_private)) as private_emails,
    list_sort(list(value) filter (where identifier_type = 'phone' and is_private)) as private_phones,
    list_sort(list(distinct split_part(value, '@', 1)) filter (where identifier_type = 'email' and length(split_part(value, '@', 1)) >= 5)) as email_locals
from matching_identifiers
group by record_id
"""

# Rows that are equal to the letter and hold something of a person's own are one row to matching: `is_twin` lets them be.
# An identifier that may veto and is not compared would not be seen here, so that its holders are no twins.
ROWS = f"""
create or replace temp table touched_rows as
with

read as (

    select
        records.record_id,
        nullif(records.given_name_key, '') as given_name_key,
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
        {", ".join(f"coalesce(sets.{column}, cast([] as varchar[])) as {column}" for column in SET_COLUMNS)}
    from intermediate.int_records as records
    semi join touched on records.record_id = touched.record_id
    left join matching_sets as sets on records.record_id = sets.record_id

)

select
    *,
    hash({", ".join(COLUMNS)}) as row_hash,
    record_id not in (select left_record_id from overrides union all select right_record_id from overrides)
    and record_id not in (select record_id from usable where identifier_type not in ({", ".join(f"'{kind}'" for kind in TYPES)}))
    and len(emails) + len(phones) + len(cards) + len(accounts) + len(national_ids) > 0
    and (name_key is not null or len(private_emails) + len(cards) + len(accounts) + len(national_ids) > 0) as can_be_twin
from read
"""

# Numbers are given in the order of ids and kept: a record has the same one in every run.
FRESH = """
create or replace temp table fresh as
select
    cast(coalesce(state.n, (select coalesce(max(n), 0) from was.people) + row_number() over (partition by state.n is null order by rows.record_id)) as integer) as n,
    rows.*,
    inputs.input_hash,
    state.row_hash as old_row_hash,
    cast(null as integer) as component
from touched_rows as rows
inner join inputs on rows.record_id = inputs.record_id
left join was.people as state on rows.record_id = state.record_id
where state.row_hash is distinct from rows.row_hash or state.input_hash is distinct from inputs.input_hash or state.can_be_twin <> rows.can_be_twin
"""

STATE_COLUMNS = ("n", "record_id", *COLUMNS, "row_hash", "can_be_twin", "input_hash", "component", "leader")

# The leader of twins is the one with the smallest id; any other row leads only itself. Asked for the groups that may have changed.
LEADERS = """
create or replace temp table leaders as
with

groups as (

    select row_hash from fresh
    union
    select old_row_hash from fresh where old_row_hash is not null
    union
    select state.row_hash from was.people as state inner join changed on state.n = changed.n where changed.is_gone

),

rows as (

    select n, record_id, row_hash, name_key, emails, can_be_twin from fresh
    union all
    select n, record_id, row_hash, name_key, emails, can_be_twin from was.people as state
    anti join (select n from fresh union all select n from changed where is_gone) as newer on state.n = newer.n
    semi join groups on state.row_hash = groups.row_hash

)

select n, case when can_be_twin then first_value(n) over (partition by can_be_twin, row_hash, name_key, emails order by record_id) else n end as leader
from rows
"""

# What is scored again: new and changed rows, and twins that have another leader now.
RESCORED = f"""
create or replace temp table rescored as
select {", ".join(f"fresh.{column}" for column in STATE_COLUMNS if column != "leader")}, leaders.leader
from fresh inner join leaders on fresh.n = leaders.n
union all
select {", ".join(f"state.{column}" for column in STATE_COLUMNS if column != "leader")}, leaders.leader
from was.people as state
inner join leaders on state.n = leaders.n and state.leader <> leaders.leader
anti join fresh on state.n = fresh.n
"""

# Records of the state that the new rows stand in for, or that are gone.
OUTDATED = "create or replace temp table outdated as select n from rescored union all select n from changed where is_gone"

PEOPLE = f"""
create or replace temp view people as
select {", ".join(STATE_COLUMNS)} from rescored
union all
select {", ".join(STATE_COLUMNS)} from was.people as state anti join outdated on state.n = outdated.n
"""


def prepare(connection: DuckDBPyConnection) -> int:
    """Makes `changed`, `rescored`, `outdated` and `people`; returns how many records there are. Needs the table `overrides`."""
    identifier_types.load(connection)
    for statement in (USABLE, INPUTS, CHANGED, TOUCHED, IDENTIFIERS, SETS, ROWS, FRESH, LEADERS, RESCORED, OUTDATED, PEOPLE):
        connection.execute(statement).fetchall()
    return connection.execute("select count(*) from inputs").fetchall()[0][0]
