"""The benchmark of matching reads its sets right and lets every peer answer in the same shape. Its figures are read by people."""

import duckdb
import pytest

from benchmarks.identity.__main__ import chosen_of
from benchmarks.identity.peers.__main__ import components
from benchmarks.identity.peers.exact import match
from benchmarks.identity.scale.__main__ import compare, strain
from benchmarks.identity.scale.data import main as write_people
from benchmarks.identity.scale.report import ANEW, BARE, DAILY, NOTHING, TRAINED, WHOLE, ratios
from benchmarks.identity.sets import NAMES, PUBLIC, convert
from pipelines.settings import settings
from pipelines.warehouse import connect

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


def test_the_benchmark_at_scale_runs_from_end_to_end_and_a_full_run_corrects_nothing(tmp_path):
    figures, corrected = compare(tmp_path / "people", 1_000, 60)
    assert corrected == []
    assert {name: row["code"] for name, row in figures.items() if row["code"]} == {}
    assert set(figures) >= {TRAINED, NOTHING, DAILY, ANEW, WHOLE, BARE}
    assert all(row["wall"] > 0 and row["cpu"] > 0 and row["peak_mb"] > 0 for row in figures.values())
    assert 0 < figures[DAILY]["changed_records"] < 30 and figures[ANEW]["changed_records"] == figures[ANEW]["records"]
    assert figures[DAILY]["pairs"] == figures[ANEW]["pairs"] and figures[DAILY]["f1"] > 0.8
    # The peer is asked about the same pairs, whether it finds them itself or is given them.
    assert figures[WHOLE]["pairs"] == figures[BARE]["pairs"] and figures[WHOLE]["f1"] == figures[BARE]["f1"]
    assert ratios(figures).row_count == 5


def test_people_at_scale_are_the_same_ones_each_time(tmp_path, monkeypatch):
    def written(folder, day):
        monkeypatch.setenv("SVOD_DATA", str(folder))
        settings.cache_clear()
        write_people(records=500, day=day, seed=1)
        with connect(read_only=True) as connection:
            return [
                connection.execute(f"select * from intermediate.{table} order by all").fetchall() for table in ("int_records", "int_identifiers", "int_links")
            ]

    first, again, after = written(tmp_path / "a", 1), written(tmp_path / "b", 1), written(tmp_path / "b", 2)
    settings.cache_clear()
    assert first == again
    assert 0 < len({row[0] for row in set(first[0]) ^ set(after[0])}) < 20


@pytest.mark.parametrize(
    ("case", "skipped"), [("one e-mail, no names", "email: 300, email_local: 300"), ("one e-mail, a million given names", None), ("nothing known", None)]
)
def test_a_case_of_stress_ends_well_and_says_what_was_skipped(case, skipped, tmp_path):
    found = strain(tmp_path / "stress", 300, case, 60)[case]
    assert (found["code"], found["records"], found["customers"]) == (0, 300, 300)
    assert found["skipped"] is None if skipped is None else found["skipped"].startswith(skipped)
