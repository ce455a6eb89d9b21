"""Files of Parquet by themselves: whoever is named in a row of somebody else's goes out of it."""

import duckdb

from pipelines.privacy import cleaning
from pipelines.privacy.subject import SETS
from pipelines.privacy.words import Words


def test_who_is_named_only_in_the_evidence_of_others_is_taken_out_of_their_ledger(tmp_path):
    page = tmp_path / "ledger" / "000002.parquet"
    page.parent.mkdir()
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as subject")
        for table, columns in SETS.items():
            connection.execute(f"create table subject.{table} ({columns})")
        connection.execute("insert into subject.records values ('crm:contact:102')")
        connection.execute(f"""
            copy (
                select 'event' as kind, null::varchar as record_id, 'c_1' as customer_id, 'split_from' as event, 'c_2' as other_customer_id,
                    'veto between crm:contact:101 and crm:contact:' || n as evidence
                from (values (102), (1023)) as t(n)
            ) to '{page}' (format parquet)
        """)
        words = Words(connection)
        assert cleaning.parquet(connection, page, words, write=False) == 1
        cleaning.parquet(connection, page, words, write=True)
        assert cleaning.parquet(connection, page, words, write=False) == 0
        left = connection.execute(f"select evidence from '{page}' order by 1").fetchall()
    assert left == [("veto between crm:contact:101 and [erased]",), ("veto between crm:contact:101 and crm:contact:1023",)]
