"""The tables of schema `identity`: their columns, how they are first made, how a run replaces them. What is in them is decided elsewhere."""

from duckdb import DuckDBPyConnection

from pipelines.identity.settings import COMPARISONS

SCHEMA = "warehouse.identity"

TABLES: dict[str, str] = {
    "pairs": "left_record_id varchar not null, right_record_id varchar not null, match_weight double, match_probability double, match_key varchar, "
    + "".join(f"gamma_{name} integer, mw_{name} double, " for name in COMPARISONS)
    + "decision varchar not null",
    "record_customers": "record_id varchar primary key, customer_id varchar not null, cluster_size bigint not null, linked_by varchar not null",
    "customers": "customer_id varchar primary key, record_count bigint not null, created_at timestamp not null, changed_at timestamp not null",
    "customer_events": "customer_id varchar not null, event varchar not null, other_customer_id varchar, run_at timestamp not null, cause varchar not null",
    "customer_redirects": "old_customer_id varchar primary key, customer_id varchar not null, redirected_at timestamp not null",
    "runs": "run_at timestamp not null, model_version varchar not null, model_kind varchar not null, settings_version varchar not null, "
    "inputs varchar not null, threshold double not null, records bigint not null, pairs_scored bigint not null, matched_pairs bigint not null, "
    "review_pairs bigint not null, clusters bigint not null, largest_cluster bigint not null, created bigint not null, merged bigint not null, "
    "split bigint not null, retired bigint not null, precision double, recall double, f1 double, seconds double not null",
}

# History is added to; everything else says how things are now.
GROWING = {"customer_events", "runs"}


def ensure(connection: DuckDBPyConnection) -> None:
    """Makes the schema and whatever table is missing, empty."""
    connection.execute(f"create schema if not exists {SCHEMA}").fetchall()
    for name, columns in TABLES.items():
        connection.execute(f"create table if not exists {SCHEMA}.{name} ({columns})").fetchall()


def write(connection: DuckDBPyConnection, contents: dict[str, str]) -> None:
    """Replaces, or for histories extends, each table by the rows of a query: all in one transaction, so that no reader sees half."""
    connection.execute("begin").fetchall()
    try:
        for name, query in contents.items():
            if name not in GROWING:
                connection.execute(f"create or replace table {SCHEMA}.{name} ({TABLES[name]})").fetchall()
            connection.execute(f"insert into {SCHEMA}.{name} by name {query}").fetchall()
        connection.execute("commit").fetchall()
    except BaseException:
        connection.execute("rollback").fetchall()
        raise
