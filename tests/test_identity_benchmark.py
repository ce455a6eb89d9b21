"""The benchmark of matching reads its sets right and lets every peer answer in the same shape. Its figures are read by people."""

import duckdb
import pytest

from benchmarks.identity.__main__ import chosen_of
from benchmarks.identity.peers.__main__ import components
from benchmarks.identity.peers.exact import match
from benchmarks.identity.sets import NAMES, PUBLIC, convert

SIZES = {
    "fake_1000": (1000, 251),
    "fake_20000": (20_000, 5727),
    "febrl1": (1000, 500),
    "febrl2": (5000, 4000),
    "febrl3": (5000, 2000),
    "febrl4": (10_000, 5000),
}


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_set_has_the_records_and_people_its_authors_say(name, tmp_path):
    convert(name, tmp_path)
    with duckdb.connect() as connection:
        counted = connection.execute(f"select count(distinct record_id), count(distinct entity_id) from read_csv('{tmp_path}/truth.csv')").fetchall()[0]
        records = connection.execute(
            f"select count(*), count(distinct record_id), count(birth_date) from read_parquet('{tmp_path}/people.parquet')"
        ).fetchall()[0]
    assert counted == SIZES[name]
    assert records[0] == records[1] == counted[0] and 0 < records[2] <= records[0]


def test_a_peer_s_pairs_become_clusters_named_by_their_first_record():
    assert components(["d", "a", "c", "b"], [("d", "c"), ("c", "b")]) == [("d", "b"), ("a", "a"), ("c", "b"), ("b", "b")]


def test_exact_matching_joins_equal_addresses_and_nothing_else(tmp_path):
    columns = {"record_id": ["a", "b", "c"], "email": ["x@example.com", "X@example.com", None], "phone": [None, None, None]}
    assert {pair for pair in match("exact", columns, tmp_path) if pair[0] != pair[1]} == {("a", "b")}


def test_a_set_that_does_not_exist_is_wrong_usage():
    assert chosen_of("febrl1, fake_1000", NAMES) == ["febrl1", "fake_1000"]
    with pytest.raises(Exception, match="febrl9"):
        chosen_of("febrl9", NAMES)
