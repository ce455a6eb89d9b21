"""The tables that identity writes: schema `identity` for people, schema `matching` for the next run. How a run replaces what changed.

What is in them is decided elsewhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from duckdb import DuckDBPyConnection

from pipelines.identity import model as models
from pipelines.identity import views
from pipelines.identity.comparisons import COMPARISONS
from pipelines.identity.model import Model
from pipelines.identity.score import BY_NAME

PEOPLE = """
    n integer not null, record_id varchar not null,
    given_name_key varchar, given_key varchar, family_name_key varchar, additional_name_key varchar, name_key varchar,
    birth_date date, birth_year bigint, birth_month bigint, birth_day bigint, gender varchar,
    street_key varchar, locality_key varchar, postal_key varchar,
    emails varchar[], private_emails varchar[], email_locals varchar[], phones varchar[], private_phones varchar[],
    cards varchar[], accounts varchar[], national_ids varchar[],
    row_hash ubigint, can_be_twin boolean, input_hash ubigint, leader integer
"""

TABLES: dict[str, str] = {
    "identity.record_customers": "record_id varchar not null, customer_id varchar not null, cluster_size bigint not null, linked_by varchar not null",
    "identity.customers": "customer_id varchar not null, record_count bigint not null, created_at timestamp not null, changed_at timestamp not null",
    "identity.customer_events": "customer_id varchar not null, event varchar not null, other_customer_id varchar, run_number bigint not null, "
    "run_at timestamp not null, cause varchar not null, evidence varchar",
    "identity.customer_redirects": "old_customer_id varchar not null, customer_id varchar, redirected_at timestamp not null",
    "identity.record_moves": "record_id varchar not null, customer_id varchar, run_number bigint not null, run_at timestamp not null",
    "identity.override_outcomes": "action varchar not null, left_record_id varchar not null, right_record_id varchar not null, outcome varchar not null, "
    "is_evident boolean",
    "identity.blocking": "rule varchar not null, cap bigint, keys_used bigint not null, pairs bigint not null, keys_skipped bigint not null, "
    "largest_skipped bigint not null",
    "identity.runs": "run_number bigint not null, run_at timestamp not null, model_version varchar not null, model_kind varchar not null, "
    "settings_version varchar not null, threshold double not null, changed_records bigint not null, records bigint not null, "
    "pairs_scored bigint not null, matched_pairs bigint not null, review_pairs bigint not null, clusters bigint not null, "
    "largest_cluster bigint not null, created bigint not null, merged bigint not null, split bigint not null, retired bigint not null, "
    "precision double, recall double, f1 double, f1_error double, bcubed_precision double, bcubed_recall double, bcubed_f1 double, "
    "exact_share double, over_merged bigint, under_merged bigint, matched_share double, "
    "must_links bigint, must_links_found bigint, cannot_links bigint, cannot_links_joined bigint, "
    "cluster_size_drift double, match_weight_drift double, seconds double not null",
    "matching.people": PEOPLE,
    "matching.components": "n integer not null, component integer not null",
    "matching.pairs": f"n_l integer not null, n_r integer not null, rule utinyint not null, match_weight double, mw_{BY_NAME} double, "
    + "".join(f"gamma_{name} tinyint, " for name in COMPARISONS)
    + "decision varchar not null, reason varchar",
    "matching.keys": "rule utinyint not null, key ubigint not null, n integer not null",
    "matching.crowds": "key ubigint not null, records bigint not null",
    "matching.state": "circumstances varchar not null",
}


# What holds for one record or customer is replaced where it was decided again; histories grow; the rest says how things are now.
DELETED = {
    "matching.pairs": "(n_l, n_r) in (select (n_l, n_r) from known_pairs)",
    "identity.record_customers": "record_id in (from decided_records)",
    "identity.customers": "customer_id in (select customer_id from old_customers union all select customer_id from new_customers)",
    "identity.customer_events": "false",
    "identity.customer_redirects": "true",
    "identity.record_moves": "false",
    "identity.override_outcomes": "true",
    "matching.people": "n in (from outdated)",
    "matching.components": "n in (select n from decided union all select n from changed where is_gone)",
    "matching.keys": "n in (from outdated)",
    "matching.crowds": "key in (select key from asked_keys)",
}
INSERTED = {
    "matching.pairs": "select * from decided_pairs",
    "identity.record_customers": "select * from new_record_customers",
    "identity.customers": "select * from new_customers",
    "identity.customer_events": "select * from new_events",
    "identity.customer_redirects": "select * from new_redirects",
    "identity.record_moves": "select * from new_moves",
    "identity.override_outcomes": "select * from new_override_outcomes",
    "matching.people": "select * from rescored",
    "matching.components": "select n, component from decided",
    "matching.keys": "select * from new_keys",
    "matching.crowds": "select * from new_crowds",
}
LEDGER = ("identity.record_customers", "identity.customers", "identity.customer_events", "identity.customer_redirects", "identity.record_moves")
KEPT = (*LEDGER, "identity.runs", "identity.override_outcomes")  # through a change of columns too: nothing makes them anew, or only a run with news
REPLACED_WHOLE = ("matching.pairs", "matching.components", "matching.people", "matching.keys", "matching.crowds")


# A warehouse from before moves were written down: its history begins with what it knows.
BACKFILL = """
insert into warehouse.identity.record_moves
select known.record_id, known.customer_id, 0, customers.created_at
from warehouse.identity.record_customers as known
inner join warehouse.identity.customers as customers on known.customer_id = customers.customer_id
where not exists (select 1 from warehouse.identity.record_moves)
"""


def ensure(connection: DuckDBPyConnection) -> None:
    """Makes the schemas and whatever table is missing, empty. A table of an earlier shape gains its new columns; what a run makes anew is made anew."""
    for schema in ("identity", "matching"):
        connection.execute(f"create schema if not exists warehouse.{schema}").fetchall()
    for name, columns in TABLES.items():
        connection.execute(f"create table if not exists warehouse.{name} ({columns})").fetchall()
        wanted = {column.split()[0]: column for column in (part.strip() for part in columns.split(","))}
        there = {row[0] for row in connection.execute(f"select column_name from (describe warehouse.{name})").fetchall()}
        if there != set(wanted) and name not in KEPT:
            connection.execute(f"create or replace table warehouse.{name} ({columns})").fetchall()
        for column in set(wanted) - there if name in KEPT else ():
            connection.execute(f"alter table warehouse.{name} add column {wanted[column].replace(' not null', '')}").fetchall()
    connection.execute(BACKFILL).fetchall()
    _forget_text_pairs(connection)
    if not views.there(connection):
        views.create(connection, models.prior())


def _forget_text_pairs(connection: DuckDBPyConnection) -> None:
    """In a warehouse from before pairs were kept as numbers they are made anew, and so everything is."""
    query = "select count(*) from duckdb_tables() where database_name = 'warehouse' and schema_name = 'identity' and table_name = 'pairs'"
    if connection.execute(query).fetchall()[0][0]:
        connection.execute("drop table warehouse.identity.pairs").fetchall()
        connection.execute("delete from warehouse.matching.state").fetchall()


@contextmanager
def transaction(connection: DuckDBPyConnection) -> Iterator[None]:
    """All or nothing: no reader sees half, and a run that dies leaves the last good state."""
    connection.execute("begin").fetchall()
    try:
        yield
        connection.execute("commit").fetchall()
    except BaseException:
        connection.execute("rollback").fetchall()
        raise


def replace(connection: DuckDBPyConnection, model: Model, circumstances: str, *, everything: bool) -> None:
    """Puts the rows decided by this run in the place of the old ones. Call it within `transaction`."""
    for name, condition in DELETED.items():
        if everything and name in REPLACED_WHOLE:
            connection.execute(f"create or replace table warehouse.{name} ({TABLES[name]})").fetchall()
        elif condition != "false":
            connection.execute(f"delete from warehouse.{name} where {condition}").fetchall()
    for name, query in INSERTED.items():
        # What only the next run reads is not worth the time that packing it takes, more than all the rest of writing.
        connection.execute(f"set force_compression = '{'uncompressed' if name.startswith('matching') else 'auto'}'").fetchall()
        connection.execute(f"insert into warehouse.{name} by name {query}").fetchall()
    connection.execute("set force_compression = 'auto'").fetchall()
    if everything:
        connection.execute("delete from warehouse.identity.blocking").fetchall()
        connection.execute("insert into warehouse.identity.blocking by name select * from new_blocking").fetchall()
    views.create(connection, model)
    connection.execute("delete from warehouse.matching.state").fetchall()
    connection.execute("insert into warehouse.matching.state values ($circumstances)", {"circumstances": circumstances}).fetchall()
