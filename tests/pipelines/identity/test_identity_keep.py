"""Customer ids and their ledger, from hand-made clusters."""

from datetime import datetime

import duckdb
import pytest

from pipelines.identity import keep, tables

KEPT = ("identity.record_customers", "identity.customers", "identity.customer_events", "identity.customer_redirects", "identity.record_moves")
EMPTY = {
    "new_pairs": "left_record_id varchar, right_record_id varchar, match_weight double, rule varchar, decision varchar",
    "refused": "left_record_id varchar, right_record_id varchar, reason varchar",
}


@pytest.fixture
def run():
    """Keeps the ids of clusters given as {"cluster": "records"} and writes the result, like a run does. Each call is one day later."""
    connection = duckdb.connect(":memory:")
    connection.execute("attach ':memory:' as warehouse")
    tables.ensure(connection)
    for table, columns in EMPTY.items():
        connection.execute(f"create temp table {table} ({columns})")
    days = iter(range(1, 20))

    def step(**clusters: str) -> dict[str, str]:
        connection.execute("create or replace temp table decided (record_id varchar, cluster varchar, linked_by varchar)")
        rows = [(record, name) for name, records in clusters.items() for record in records]
        if rows:
            connection.execute("insert into decided values " + ", ".join(f"('{record}', '{name}', 'score')" for record, name in rows))
        connection.execute("""
            create or replace temp table changed as
            select record_id, null as n, true as is_gone from warehouse.identity.record_customers where record_id not in (select record_id from decided)
        """)
        day = next(days)
        keep.assign(connection, day)
        keep.record(connection, datetime(2026, 1, day), day)
        for table in KEPT:
            connection.execute(f"delete from warehouse.{table} where {tables.DELETED[table]}")
            connection.execute(f"insert into warehouse.{table} by name {tables.INSERTED[table]}")
        return dict(connection.execute("select record_id, customer_id from warehouse.identity.record_customers").fetchall())

    def events(day: int) -> set[tuple]:
        query = "select event, customer_id, other_customer_id from warehouse.identity.customer_events where day(run_at) = $day"
        return set(connection.execute(query, {"day": day}).fetchall())

    def erase(customer: str) -> None:
        """As an erasure does, while the customer has no other records than those erased."""
        for table in ("identity.customers", "identity.customer_events", "identity.record_moves", "identity.record_customers"):
            connection.execute(f"delete from warehouse.{table} where customer_id = $customer", {"customer": customer})

    step.events, step.erase = events, erase
    step.redirects = lambda: dict(connection.execute("select old_customer_id, customer_id from warehouse.identity.customer_redirects").fetchall())
    step.customers = lambda: connection.execute(
        "select customer_id, record_count, day(created_at), day(changed_at) from warehouse.identity.customers order by customer_id"
    ).fetchall()
    step.moves = lambda: connection.execute(
        "select record_id, customer_id, run_number from warehouse.identity.record_moves order by run_number, record_id"
    ).fetchall()
    yield step
    connection.close()


def test_the_same_clusters_keep_their_ids_and_write_no_event(run):
    first = run(one="abc", two="xy")
    before = run.customers()
    assert run(one="abc", two="xy") == first
    assert run.events(2) == set() and run.customers() == before


def test_ids_do_not_depend_on_what_clusters_are_called(run):
    first = run(one="abc", two="xy")
    assert run(q="xy", p="abc") == first


def test_a_new_record_joins_its_customer_without_a_new_id(run):
    first = run(one="bc")
    second = run(one="abc")
    assert second["a"] == first["b"] == second["b"]
    assert run.customers() == [(first["b"], 3, 1, 2)]


def test_a_merge_keeps_the_id_of_most_records_and_redirects_the_other(run):
    first = run(one="abc", two="xy")
    second = run(one="abcxy")
    assert set(second.values()) == {first["a"]}
    assert run.events(2) == {("merged_into", first["x"], first["a"])}
    assert run.redirects() == {first["x"]: first["a"]}


def test_a_redirect_follows_through_later_merges(run):
    first = run(one="abc", two="xy", three="mnopq")
    run(one="abcxy", three="mnopq")
    run(one="abcxymnopq")
    last = first["a"] if run.redirects().get(first["m"]) else first["m"]
    lost = {first["x"], first["a"], first["m"]} - {last}
    assert run.redirects() == {old: last for old in lost}


def test_a_split_leaves_the_id_with_the_larger_part(run):
    first = run(one="abcxy")
    second = run(one="abc", two="xy")
    assert second["a"] == first["a"] != second["x"]
    assert run.events(2) == {("split_from", second["x"], first["a"])}


def test_an_id_moves_on_with_most_of_its_records_and_not_with_a_straggler(run):
    first = run(big="abcdefg", small="uvwx")
    second = run(big="abcdefguvw", rest="x")
    assert second["u"] == first["a"]
    assert second["x"] not in first.values()
    assert run.redirects() == {first["u"]: first["a"]}


def test_a_customer_whose_records_are_gone_is_retired_and_every_id_it_had_leads_nowhere(run):
    first = run(one="abc", two="xy", three="m")
    run(one="abcxy", three="m")
    run(three="m")
    assert run.events(3) == {("retired", first["a"], None)}
    assert run.redirects() == {first["a"]: None, first["x"]: None}


def test_whoever_is_parted_again_has_the_old_id_back(run):
    first = run(anna="abc", oleg="xy")
    run(both="abcxy")
    parted = run(anna="abc", oleg="xy")
    assert parted == first
    assert run.events(3) == {("split_from", first["x"], first["a"])}
    assert run.redirects() == {}


def test_an_old_id_follows_most_of_its_records_and_not_the_customer_it_was_joined_to(run):
    first = run(anna="abcd", oleg="xyz", ivan="m")
    run(anna="abcd", both="xyzm")
    run(all="abcdxyzm")
    run(anna="abcd", oleg="xyzm")
    assert run.redirects() == {first["m"]: first["x"]}
    assert ("redirected_to", first["m"], first["x"]) in run.events(4)
    now = run(anna="abcdx", oleg="yzm")
    assert now["y"] == first["x"]


def test_a_straggler_does_not_take_the_old_id_along(run):
    first = run(anna="abcd", oleg="xyz")
    run(both="abcdxyz")
    now = run(both="abcdyz", stray="x")
    assert now["x"] not in first.values()
    assert run.redirects() == {first["x"]: first["a"]}


def test_an_export_that_lacked_people_for_a_day_changes_no_id(run):
    first = run(one="ab", two="x")
    run(two="x")
    again = run(one="ab", two="x")
    assert again == first
    assert run.events(3) == {("created", first["a"], None)}
    assert run.redirects() == {}


def test_an_id_is_never_given_to_somebody_else(run):
    first = run(one="ab")
    run()
    other = run(two="c")
    run(two="cb")
    again = run(two="cb", three="a")
    assert other["c"] != first["a"] and again["c"] == other["c"]
    assert len({*first.values(), *other.values(), *again.values()}) == 3


def test_every_move_of_a_record_is_written_down_once(run):
    first = run(one="a", two="x")
    run(one="a", two="x")
    run(one="ax")
    run(one="a")
    assert run.moves() == [("a", first["a"], 1), ("x", first["x"], 1), ("x", first["a"], 3), ("x", None, 4)]


def test_an_id_of_somebody_erased_is_not_given_to_a_record_that_was_theirs_once(run):
    erased = run(one="abc", two="xyz")["a"]
    assert run(one="bc", two="axyz")["b"] == erased
    run.erase(erased)
    assert run(two="xyz", three="a")["a"] != erased
