"""The records as matching sees them: one row per record, identifiers gathered into sets. Also the fingerprint of the inputs.

Only reads `intermediate`, only writes temporary tables of the scratch connection. Standardizing stays out: it is done before.
"""

from duckdb import DuckDBPyConnection

from pipelines.identity.settings import OTHER_GIVEN_NAME

# Everything that can change a match; lineage and profile columns are left out, so that they never cause a new run.
MATCHING_COLUMNS = "record_id, given_name_key, family_name_key, additional_name_key, birth_date, birth_year, birth_month, birth_day, street_key, locality_key"

USABLE = "is_valid and not is_junk and not is_shared"

FINGERPRINT = f"""
select concat_ws('-',
    (select count(*) || ':' || coalesce(sum(hash(r)), 0) from (select {MATCHING_COLUMNS} from intermediate.int_records) as r),
    (select count(*) || ':' || coalesce(sum(hash(i)), 0) from (
        select record_id, identifier_type, value from intermediate.int_identifiers where {USABLE}
    ) as i),
    (select count(*) || ':' || coalesce(sum(hash(l)), 0) from (select left_record_id, right_record_id from intermediate.int_links) as l)
)
"""

# A value is private unless two of its holders have different given names: a family phone is not, nor the e-mail of a couple.
# Typos and swapped name parts do not make a second person; the same test is used when pairs are compared.
IDENTIFIERS = f"""
create or replace temp table matching_identifiers as
with

usable as (

    select distinct
        identifiers.record_id, identifiers.identifier_type, identifiers.value, records.given_name_key, records.family_name_key
    from intermediate.int_identifiers as identifiers
    inner join intermediate.int_records as records on identifiers.record_id = records.record_id
    where {USABLE} and identifiers.value is not null and identifiers.identifier_type in ('email', 'phone', 'loyalty_card', 'user_id')

),

names as (

    select distinct identifier_type, value, given_name_key, family_name_key from usable where length(given_name_key) > 1

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

select usable.record_id, usable.identifier_type, usable.value, common.value is null as is_private
from usable
left join common on usable.identifier_type = common.identifier_type and usable.value = common.value
"""

# A local part of fewer than five characters (ivan@, max@) is a word, not a hint.
SETS = """
create or replace temp table matching_sets as
select
    record_id,
    list_sort(list(value) filter (where identifier_type = 'email')) as emails,
    list_sort(list(value) filter (where identifier_type = 'email' and is_private)) as private_emails,
    list_sort(list(distinct split_part(value, '@', 1)) filter (where identifier_type = 'email' and length(split_part(value, '@', 1)) >= 5)) as email_locals,
    list_sort(list(value) filter (where identifier_type = 'phone')) as phones,
    list_sort(list(value) filter (where identifier_type = 'phone' and is_private)) as private_phones,
    list_sort(list(value) filter (where identifier_type = 'loyalty_card')) as cards,
    list_sort(list(value) filter (where identifier_type = 'user_id')) as accounts
from matching_identifiers
group by record_id
"""

SET_COLUMNS = ("emails", "private_emails", "email_locals", "phones", "private_phones", "cards", "accounts")

PEOPLE = f"""
create or replace temp table people as
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
    nullif(records.street_key, '') as street_key,
    nullif(records.locality_key, '') as locality_key,
    {", ".join(f"coalesce(sets.{column}, cast([] as varchar[])) as {column}" for column in SET_COLUMNS)}
from intermediate.int_records as records
left join matching_sets as sets on records.record_id = sets.record_id
order by records.record_id
"""


def fingerprint(connection: DuckDBPyConnection) -> str:
    """A text that changes when anything changes that matching reads."""
    return connection.execute(FINGERPRINT).fetchall()[0][0]


def prepare(connection: DuckDBPyConnection) -> int:
    """Makes the temporary table `people`; returns how many records it has."""
    for statement in (IDENTIFIERS, SETS, PEOPLE):
        connection.execute(statement).fetchall()
    return connection.execute("select count(*) from people").fetchall()[0][0]
