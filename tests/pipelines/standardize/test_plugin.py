"""The functions as DuckDB sees them."""

import duckdb

from pipelines.standardize.plugin import register


def test_values_are_read_in_sql_and_nothing_stays_nothing():
    connection = duckdb.connect()
    register(connection)
    read = connection.execute("select parse_phone(raw, 'RU').value from (values (1, '89161234567'), (2, null), (3, 'нет')) as t (n, raw) order by n").fetchall()
    assert read == [("+79161234567",), (None,), (None,)]
    assert connection.execute("select parse_email('A@EXAMPLE.COM').value").fetchone() == ("a@example.com",)
    connection.close()


def test_an_empty_table_is_no_error():
    connection = duckdb.connect()
    register(connection)
    assert connection.execute("select parse_phone(raw, 'RU').value from (select 'x' as raw where false)").fetchall() == []
    connection.close()
