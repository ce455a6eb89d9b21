"""What is kept too long is counted before anything is loaded, so it must cope with a warehouse that nothing was ever loaded into."""

from datetime import datetime

from pipelines.privacy import retention
from pipelines.warehouse import connect


def test_nothing_is_due_in_a_warehouse_that_a_killed_first_landing_left_empty(data):
    with connect() as connection:
        connection.execute("select 1")
    due = retention.due(datetime(2026, 1, 1))
    assert due == retention.rules() and not sum(rule.rows for rule in due)
