"""Which records are new, other or gone since the last run, told by a hash of all that matching reads of each.

Reads `intermediate` and the state of the last run (schema `matching`), writes temporary tables of the scratch connection only:

    changed   records whose input is new, changed or gone (n of the last run, if it knew them)
    numbers   the number of each that is there

What that means for others who share an identifier with them is `people.py`.
"""

from duckdb import DuckDBPyConnection

from pipelines.identity import identifier_types

# Everything that can change a match; lineage and profile columns are left out, so that they never cause a new run.
MATCHING_COLUMNS = "given_name_key, given_key, family_name_key, additional_name_key, birth_date, birth_year, birth_month, birth_day, gender, street_key, locality_key, postal_code"
# The identifiers that are compared, each type as a set; others count if they may veto.
TYPES = {"email": "emails", "phone": "phones", "loyalty_card": "cards", "user_id": "accounts", "national_id": "national_ids"}

# Types are written out: looking each up in a table takes as long as reading them.
USABLE = """
create or replace temp view usable as
select record_id, identifier_type, value from intermediate.int_identifiers
where is_valid and not is_junk and not is_shared and value is not null and identifier_type in ({types})
"""

# Sums of hashes, not exclusive ors: two equal rows must not cancel out. A decision of a steward about a record is input too.
# Records are gathered by the hash of their id, for a number is faster than a text: if two ever had the same, both would count as changed.
INPUTS = f"""
create or replace temp table inputs as
with

held as (select hash(record_id) as id_hash, sum(hash(identifier_type, value)) as held_hash from usable group by id_hash),

linked as (

    select hash(record_id) as id_hash, sum(other_hash) as linked_hash
    from (
        select left_record_id as record_id, hash(right_record_id) as other_hash from intermediate.int_links
        union all
        select right_record_id, hash(left_record_id) from intermediate.int_links
        union all
        select left_record_id, hash(action, right_record_id) from overrides
        union all
        select right_record_id, hash(action, left_record_id) from overrides
    ) as links
    group by id_hash

)

select records.record_id, hash({", ".join(f"records.{column}" for column in MATCHING_COLUMNS.split(", "))}, held.held_hash, linked.linked_hash) as input_hash
from intermediate.int_records as records
left join held on hash(records.record_id) = held.id_hash
left join linked on hash(records.record_id) = linked.id_hash
"""

CHANGED = """
create or replace temp table changed as
select coalesce(inputs.record_id, state.record_id) as record_id, state.n, inputs.record_id is null as is_gone, inputs.input_hash
from inputs
full join was.people as state on inputs.record_id = state.record_id
where inputs.input_hash is distinct from state.input_hash
"""
# Records that only the ledger knows, after a warehouse was lost.
LOST = """
insert into changed
select record_id, null, true, null from warehouse.identity.record_customers as known anti join inputs on known.record_id = inputs.record_id
"""

# Numbers are given in the order of ids and kept: a record has the same one in every run.
NUMBERS = """
create or replace temp table numbers as
select
    record_id, input_hash,
    cast(coalesce(n, (select coalesce(max(n), 0) from was.people) + row_number() over (partition by n is null order by record_id)) as integer) as n
from changed
where not is_gone
"""


def find(connection: DuckDBPyConnection, *, everything: bool) -> int:
    """Makes `changed` and `numbers`; returns how many records there are. Needs the table `overrides`."""
    types = {*TYPES, *(kind.identifier_type for kind in identifier_types.load(connection) if kind.veto != "never")}
    usable = USABLE.format(types=", ".join(f"'{kind}'" for kind in sorted(types)))
    for statement in (usable, INPUTS, CHANGED, *([LOST] if everything else []), NUMBERS):
        connection.execute(statement).fetchall()
    return connection.execute("select count(*) from inputs").fetchall()[0][0]


def any_found(connection: DuckDBPyConnection) -> bool:
    """Whether any record is new, other or gone."""
    return bool(connection.execute("select count(*) from changed").fetchall()[0][0])
