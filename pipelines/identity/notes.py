"""What a run met that a person should know beside its figures, in plain words: values that match nothing or stand for "not known", pairs not looked for, clusters cut.

Reads what the run left in the warehouse and says nothing where there is nothing to say. The tables behind the sentences, row by row, are
`quality.shared_values`, `int_placeholder_names` and `int_placeholder_birth_dates` of `intermediate`, `identity.blocking` and
`identity.pairs`. No value is ever named.
"""

from duckdb import DuckDBPyConnection

from pipelines.identity.cluster import FULLY_SCORED
from pipelines.identity.train import LEAST_MATCHES
from pipelines.identity.words import Note

SHARED = """
select count(*) as held, max(records) as most, string_agg(distinct identifier_type, ', ' order by identifier_type) as types
from (
    select identifier_type, value, count(distinct record_id) as records
    from intermediate.int_identifiers where is_valid and {which} group by identifier_type, value
)
"""
# Equal rows have no keys of their own, they follow the first.
SILENT = "select count(*) from matching.people as people anti join matching.keys as keys on people.n = keys.n where people.n = people.leader"
EQUAL = "select count(*) from matching.people where n <> leader"
SKIPPED = "select sum(keys_skipped), max(largest_skipped), arg_max(rule, largest_skipped), arg_max(cap, largest_skipped) from identity.blocking where keys_skipped > 0"
PLACEHOLDERS = {
    "Names taken for “not known”, since too many people have each: {held:,}, in {records:,} records": "int_placeholder_names",
    "Birth dates taken for “not known”, since too many people have each: {held:,}, in {records:,} records": "int_placeholder_birth_dates where not is_year_known",
    "First days of a year of which only the year is taken as known: {held:,}, in {records:,} records": "int_placeholder_birth_dates where is_year_known",
}
REFUSED = "select reason, count(*) from identity.pairs where decision = 'review' and reason <> 'not sure' group by reason order by count(*) desc, reason"
LARGEST = "select max(record_count) from identity.customers"
MODEL = "select model_kind from identity.runs order by run_number desc limit 1"

TOO_MANY = (
    "Values that too many records hold for all their pairs to be compared by them alone: {skipped:,}. The most common ({rule}) is in {most:,} records, "
    "up to {cap:,} are compared; such records are found if they have more in common"
)
REFUSALS = {
    "bridge": "Likely pairs that were not joined, since two groups of records hang together by that pair alone, and it weighs too little for that: {pairs:,}",
    "conflict": "Likely pairs that were not joined, since what speaks against it among the records of both outweighs it: {pairs:,}",
    "veto": "Likely pairs that were not joined, since different cards, accounts or other identifiers, a generation between dates of birth, or being two of one "
    "family, keep them apart: {pairs:,}",
    "cannot_link": "Likely pairs that were not joined, since a steward's decision keeps them apart: {pairs:,}",
}
IDENTIFIERS = {
    "is_shared and not is_junk": "Values that match nothing, since more people hold each, counted by names, than may share one: {held:,} "
    "({types}; the most common is in {most:,} records)",
    "is_junk": "Values that match nothing, since they are nobody's, such as test addresses: {held:,} ({types}; the most common is in {most:,} records)",
}
RECORDS = {
    "Records that say nothing by which others could be found, each a customer of its own: {records:,}": SILENT,
    "Records that repeat another to the letter, and go where it goes: {records:,}": EQUAL,
}


def notes(connection: DuckDBPyConnection) -> list[Note]:
    """The sentences, without full stops; those first that explain most."""
    found = [*_identifiers(connection), *_placeholders(connection), *_records(connection)]
    skipped, most, rule, cap = connection.execute(SKIPPED).fetchall()[0]
    if skipped:
        found.append(Note(TOO_MANY, skipped=skipped, most=most, rule=rule, cap=cap))
    for reason, pairs in connection.execute(REFUSED).fetchall():
        found.append(Note(REFUSALS[reason], pairs=pairs))
    if (largest := connection.execute(LARGEST).fetchall()[0][0] or 0) > FULLY_SCORED:
        found.append(Note("The largest customer has {largest:,} records: see whether that is one person", largest=largest))
    if connection.execute(MODEL).fetchall()[0][0] == "prior":
        found.append(Note("There was too little to learn from, fewer than {least} likely matches: the shipped model was used", least=LEAST_MATCHES))
    return found


def _identifiers(connection: DuckDBPyConnection) -> list[Note]:
    rows = {text: connection.execute(SHARED.format(which=which)).fetchall()[0] for which, text in IDENTIFIERS.items()}
    return [Note(text, held=held, most=most, types=types) for text, (held, most, types) in rows.items() if held]


def _placeholders(connection: DuckDBPyConnection) -> list[Note]:
    query = "select count(*), sum(record_count) from intermediate."
    counts = {text: connection.execute(query + which).fetchall()[0] for text, which in PLACEHOLDERS.items()}
    return [Note(text, held=held, records=records) for text, (held, records) in counts.items() if held]


def _records(connection: DuckDBPyConnection) -> list[Note]:
    counts = {text: connection.execute(query).fetchall()[0][0] for text, query in RECORDS.items()}
    return [Note(text, records=records) for text, records in counts.items() if records]
