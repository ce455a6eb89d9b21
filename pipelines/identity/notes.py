"""What a run met that a person should know beside its figures, in plain words: values that match nothing or stand for "not known", pairs not looked for, clusters cut.

Reads what the run left in the warehouse and says nothing where there is nothing to say. The tables behind the sentences, row by row, are
`quality.shared_values`, `int_placeholder_names` and `int_placeholder_birth_dates` of `intermediate`, `identity.blocking` and
`identity.pairs`. No value is ever named.
"""

from duckdb import DuckDBPyConnection

from pipelines.identity.cluster import FULLY_SCORED
from pipelines.identity.train import LEAST_MATCHES

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
    "Names taken for “not known”, since too many people have each": "int_placeholder_names",
    "Birth dates taken for “not known”, since too many people have each": "int_placeholder_birth_dates where not is_year_known",
    "First days of a year of which only the year is taken as known": "int_placeholder_birth_dates where is_year_known",
}
REFUSED = "select reason, count(*) from identity.pairs where decision = 'review' and reason <> 'not sure' group by reason order by count(*) desc, reason"
LARGEST = "select max(record_count) from identity.customers"
MODEL = "select model_kind from identity.runs order by run_number desc limit 1"

REASONS = {
    "bridge": "two groups of records hang together by that pair alone, and it weighs too little for that",
    "conflict": "what speaks against it among the records of both outweighs it",
    "veto": "different cards, accounts or other identifiers, a generation between dates of birth, or being two of one family, keep them apart",
    "cannot_link": "a steward's decision keeps them apart",
}


def notes(connection: DuckDBPyConnection) -> list[str]:
    """The sentences, without full stops; those first that explain most."""
    found = [*_identifiers(connection), *_placeholders(connection), *_records(connection)]
    skipped, most, rule, cap = connection.execute(SKIPPED).fetchall()[0]
    if skipped:
        found.append(
            f"Values that too many records hold for all their pairs to be compared by them alone: {skipped:,}. The most common ({rule}) is in {most:,} records, "
            f"up to {cap:,} are compared; such records are found if they have more in common"
        )
    for reason, pairs in connection.execute(REFUSED).fetchall():
        found.append(f"Likely pairs that were not joined, since {REASONS.get(reason, reason)}: {pairs:,}")
    if (largest := connection.execute(LARGEST).fetchall()[0][0] or 0) > FULLY_SCORED:
        found.append(f"The largest customer has {largest:,} records: see whether that is one person")
    if connection.execute(MODEL).fetchall()[0][0] == "prior":
        found.append(f"There was too little to learn from, fewer than {LEAST_MATCHES} likely matches: the shipped model was used")
    return found


def _identifiers(connection: DuckDBPyConnection) -> list[str]:
    sentences = {
        "is_shared and not is_junk": "Values that match nothing, since more people hold each, counted by names, than may share one",
        "is_junk": "Values that match nothing, since they are nobody's, such as test addresses",
    }
    rows = {which: connection.execute(SHARED.format(which=which)).fetchall()[0] for which in sentences}
    return [f"{sentences[which]}: {held:,} ({types}; the most common is in {most:,} records)" for which, (held, most, types) in rows.items() if held]


def _placeholders(connection: DuckDBPyConnection) -> list[str]:
    query = "select count(*), sum(record_count) from intermediate."
    counts = {words: connection.execute(query + which).fetchall()[0] for words, which in PLACEHOLDERS.items()}
    return [f"{words}: {held:,}, in {records:,} records" for words, (held, records) in counts.items() if held]


def _records(connection: DuckDBPyConnection) -> list[str]:
    sentences = {
        SILENT: "Records that say nothing by which others could be found, each a customer of its own",
        EQUAL: "Records that repeat another to the letter, and go where it goes",
    }
    counts = {words: connection.execute(query).fetchall()[0][0] for query, words in sentences.items()}
    return [f"{words}: {records:,}" for words, records in counts.items() if records]
