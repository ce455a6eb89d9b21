"""Conditions: what may be said, what it becomes, and that nothing else gets through."""

import os

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.campaigns.columns import columns
from pipelines.campaigns.predicates import NotACondition, compiled

HOSTILE = [
    "1); drop table x",
    "true; attach 'x.db'",
    "orders_count > (select 1)",
    "orders_count in (select orders_count from customer_360)",
    "exists (select 1)",
    "orders_count > all(select 1)",
    "orders_count > 1 union select 1",
    "read_csv('/etc/passwd') = 1",
    "read_text('/etc/passwd') = 'x'",
    "read_blob('x') is not null",
    "glob('*') = 'x'",
    "getenv('HOME') = 'x'",
    "current_setting('memory_limit') = 'x'",
    "set_config('threads', '1') = 'x'",
    "query('select 1') = 1",
    "getvariable('x') = 1",
    "nextval('s') = 1",
    "count(*) > 1",
    "sum(orders_count) over () > 1",
    "columns('.*') is null",
    "*",
    "customer_360.orders_count > 1",
    "main.customer_360.orders_count > 1",
    "$1 = orders_count",
    "? = orders_count",
    "list_transform([1], x -> x + 1) = [2]",
    "{'a': orders_count} is null",
    "orders_count[1] = 1",
    "gender similar to '.*'",
    "regexp_matches(gender, '(a+)+')",
    "repeat(gender, 1000000000) = 'x'",
    "orders_count::int[] is null",
    "gender collate nocase = 'x'",
    "case when true then (select 1) end = 1",
    "(orders_count, 1) = (1, 1)",
    "unnest([1]) = 1",
    "true as x",
    "gender = 'a' order by 1",
    "1 = 1) or (true",
]
CLOCKS = [
    *("now() > last_order_at", "current_date > birth_date", "current_timestamp > last_order_at", "today() > birth_date"),
    *("get_current_timestamp() > last_order_at", "localtimestamp > last_order_at", "random() < 0.5", "uuid() = 'x'", "gen_random_uuid() = 'x'"),
]


@pytest.mark.parametrize("expression", HOSTILE)
def test_what_is_no_comparison_of_columns_is_refused(expression):
    with pytest.raises(NotACondition) as refusal:
        compiled(expression, "customer", "c")
    assert refusal.value.code in ("condition_not_sql", "condition_not_allowed", "condition_column")


@pytest.mark.parametrize("expression", CLOCKS)
def test_clocks_and_chance_are_refused_as_such(expression):
    with pytest.raises(NotACondition, match="is a clock or chance"):
        compiled(expression, "customer", "c")


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("ordrs_count > 3", "`ordrs_count` is no column of the customer. perhaps: orders_count"),
        ("given_name > 5", "Cannot compare values of type VARCHAR and type INTEGER_LITERAL"),
        ("last_order_at > 'yesterday'", "invalid timestamp"),
        ("birth_date = date '2026-13-45'", "date field value out of range"),
        ("orders_count", "is neither yes nor no"),
        ("", "this is not one expression"),
        ("-- nothing", "this is not one expression"),
        ("gender = 'a' and", "this is not one expression"),
        ("(" * 900 + "1" + ")" * 900, "this is not one expression"),
        ("orders_count > 1 or " * 200 + "true", "more than 2000 characters"),
    ],
)
def test_a_refusal_says_what_is_wrong(expression, words):
    with pytest.raises(NotACondition) as refusal:
        compiled(expression, "customer", "c")
    assert words in str(refusal.value)
    assert len(str(refusal.value)) < 600


def test_a_customer_has_no_properties_and_an_event_no_orders():
    for expression, relation in [
        ("properties.total > 1", "customer"),
        ("orders_count > 1", "event"),
        ("properties = 'x'", "event"),
        ("properties->>'a' = 'x'", "event"),
    ]:
        with pytest.raises(NotACondition):
            compiled(expression, relation, "r")


EVENTS = [
    # id, amount, channel, properties
    ("a", 1500, "web", '{"total": "1500.50", "is_gift": true, "deep": {"er": {"est": {"of all": "x"}}}, "q": "3"}'),
    ("b", 500, "store", '{"total": 12, "is_gift": "false", "q": "many"}'),
    ("c", None, None, "{}"),
    ("d", 9, "web", None),
    ("e", 9, "o'clock", "no JSON at all"),
]


def events() -> duckdb.DuckDBPyConnection:
    """Rows with all that is odd."""
    connection = duckdb.connect()
    kinds = ", ".join(f"{name} {kind}" for name, kind in columns("event").items())
    connection.execute(f"create table events ({kinds})")
    connection.executemany("insert into events (event_id, amount, channel, properties, occurred_at) values (?, ?, ?, ?, '2026-01-01')", EVENTS)
    return connection


@pytest.mark.parametrize(
    ("expression", "which"),
    [
        ("amount >= 1000 and channel in ('web', 'app')", "a"),
        ("not (amount >= 1000)", "bde"),
        ("amount is null or channel = 'store'", "bc"),
        ("properties.total > 100", "a"),
        ("properties.total + 1 between 12.5 and 14", "b"),
        ("(properties.total) > amount", "a"),
        ("properties.is_gift", "a"),
        ("properties.is_gift = false", "b"),
        ("properties.deep.er.est.\"of all\" = 'x'", "a"),
        ("cast(properties.q as integer) = 3", "a"),
        ("properties.q::integer is null", "bcde"),
        ("properties.q = properties.q and properties.q = properties.q", "ab"),
        ("100 / (amount - 9) > 0", "ab"),
        ("amount % 0 = 1 or amount % 0 = 2 or amount = 1500", "a"),
        ("lower(properties.q) like 'm%'", "b"),
        ("channel = 'o''clock'", "e"),
        ("event_id ilike 'A' or EVENT_ID = 'b'", "ab"),
        ("amount % 2 = 0 /* even */ -- and no more", "ab"),
        ("100 % cast(amount - 9 as integer) >= 0", "ab"),
        ("date_diff('day', occurred_at, timestamp '2026-01-03 00:00:00') >= 2", "abcde"),
    ],
)
def test_a_condition_holds_for_whom_it_says_and_never_stops_a_run(expression, which):
    connection = events()
    found = connection.execute(f"select event_id from events as e where {compiled(expression, 'event', 'e')} order by 1").fetchall()
    assert "".join(name for (name,) in found) == which
    nulls = connection.execute(f"select count(*) from events as e where ({compiled(expression, 'event', 'e')}) is null").fetchone()[0]
    assert nulls == 0


def test_every_column_of_a_customer_can_be_asked_for():
    for name in columns("customer"):
        assert compiled(f"{name} is not null", "customer", "c") == f"coalesce(try(NOT c.{name} IS NULL), false)"


SOUP = "amount channel properties.total nothing = < and or not in between is null like ( ) , + * 'a' 1 true case when then end :: int as exists select ; -- /* [ { $1 ? ' union"
VALUES = "amount channel occurred_at properties.total properties.is_gift event_id 'a' 'many' 0 1.5 9999999999999999999999 true null date'2026-01-01' (amount-9)"
OPERATORS = "= <> < >= like and or + - * / % is in|(1,2) between|1|and"
words = st.lists(st.sampled_from(SOUP.split()), max_size=9).map(" ".join)
sums = st.lists(st.tuples(st.sampled_from(VALUES.split()), st.sampled_from(OPERATORS.split())), max_size=4).map(
    lambda parts: " ".join(f"{value} {operator.replace('|', ' ')}" for value, operator in parts) + " amount > 0"
)


@settings(max_examples=int(os.environ.get("SVOD_TEST_CONDITIONS", "150")), deadline=None)
@given(words | sums)
def test_whatever_is_written_is_refused_or_runs_over_every_row(condition):
    try:
        condition = compiled(condition, "event", "e")
    except NotACondition:
        return
    kinds = EVENT_ROWS.execute(f"select distinct typeof({condition}), ({condition}) is null from events as e").fetchall()
    assert kinds == [("BOOLEAN", False)]


EVENT_ROWS = events()
