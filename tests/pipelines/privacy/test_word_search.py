"""Whoever is erased is found wherever they stand alone, and nobody whose address only ends or begins like theirs loses a letter."""

import duckdb
import pytest

from pipelines.privacy import tables
from pipelines.privacy.subject import SETS, find_vanished, tables_of
from pipelines.privacy.words import Words

THEIRS = ["ann@example.com", "+79165550001", "8 (916) 555-00-01", "анна@пример.example", "orders:customer:9", "ann"]


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        connection.execute("create schema subject")
        for name, column in (("needles", "text"), ("records", "record_id"), ("customers", "customer_id")):
            connection.execute(f"create table subject.{name} ({column} varchar)")
        connection.executemany("insert into subject.needles values (?)", [[text] for text in THEIRS])
        yield connection


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("ann@example.com", "[erased]"),
        ("To: ANN@Example.com, and call 8 (916) 555-00-01.", "To: [erased], and call [erased]."),
        ("mailto:ann@example.com?subject", "mailto:[erased]?subject"),
        ("Ann Smith", "Ann Smith"),
        ("joann@example.com a.ann@example.com b-ann@example.com", None),
        ("ann@example.com.example.org ann@example.company", None),
        ("orders:customer:90 reorders:customer:9", None),
        ("orders:customer:9, orders:customer:90", "[erased], orders:customer:90"),
        ("АННА@ПРИМЕР.EXAMPLE", "[erased]"),
        ('{"email": "\\u0430\\u043d\\u043d\\u0430@\\u043f\\u0440\\u0438\\u043c\\u0435\\u0440.example"}', '{"email": "[erased]"}'),
        ("ann@example.comann@example.com ann@example.com", "ann@example.comann@example.com [erased]"),
    ],
)
def test_words_count_where_they_stand_alone_however_they_are_written(connection, text, left):
    words = Words(connection)
    assert words.masked(text.encode()).decode() == (left or text)
    assert words.count(text.encode()) == (left or text).count("[erased]")


def test_nobody_is_no_word(connection):
    connection.execute("delete from subject.needles")
    assert Words(connection).masked(b"ann@example.com") == b"ann@example.com"


def test_a_table_loses_their_words_in_the_rows_of_others_and_keeps_every_other_cell(connection):
    connection.execute("create schema marts; create table marts.notes (id integer, note varchar, email varchar, said_at timestamp)")
    rows = [(1, "her sister is ann@example.com", "joann@example.com", None), (2, None, "a.ann@example.com", None), (3, "Ann@Example.com", None, None)]
    connection.executemany("insert into marts.notes values (?, ?, ?, ?)", rows)
    tables._redact(connection, {name: columns for name, columns in tables_of(connection).items() if name[0] == "marts"})
    assert connection.execute("from marts.notes order by id").fetchall() == [
        (1, "her sister is [erased]", "joann@example.com", None),
        (2, None, "a.ann@example.com", None),
        (3, "[erased]", None, None),
    ]


def test_a_number_that_somebody_else_has_too_is_nobodys_own_however_it_is_written():
    with duckdb.connect() as connection:
        connection.execute("create schema subject; create schema raw_hubspot; create schema intermediate")
        for name, columns in SETS.items():
            connection.execute(f"create table subject.{name} ({columns})")
        connection.execute("create table raw_hubspot.contacts (_file_id varchar, _line bigint, mobile varchar, other varchar)")
        connection.execute("insert into raw_hubspot.contacts values ('f', 1, '+7 (916) 555-00-01', '8 (916) 555-00-02'), ('f', 2, '+79165550001', null)")
        connection.execute("create table intermediate.int_identifiers (record_id varchar, identifier_type varchar, raw_value varchar, value varchar)")
        theirs, others = ("hubspot:contact:1", "phone", "+7 (916) 555-00-01", "+79165550001"), ("bitrix24:lead:2", "phone", "+79165550001", "+79165550001")
        connection.executemany("insert into intermediate.int_identifiers values (?, ?, ?, ?)", [theirs, others])
        connection.execute("insert into subject.records values ('hubspot:contact:1'); insert into subject.rows values ('f', 1)")
        find_vanished(connection, {name: columns for name, columns in tables_of(connection).items() if not name[0].startswith("subject")})
        assert connection.execute("from subject.needles").fetchall() == [("8 (916) 555-00-02",)]
