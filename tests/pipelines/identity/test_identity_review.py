"""What stewards decide is obeyed, kept, and undone by removing a line."""

import csv
from datetime import datetime

import duckdb
import pytest
import two_people as two
from two_people import ANNAS, OLEGS, customers, query

from pipelines.identity import decisions, overrides, resolve_identity
from pipelines.redaction import Told

MONDAY, TUESDAY, WEDNESDAY = datetime(2026, 1, 5), datetime(2026, 1, 6), datetime(2026, 1, 7)


def as_overrides(file) -> list[tuple]:
    return [(row["action"], row["left_record_id"], row["right_record_id"]) for row in decisions.read(file)]


@pytest.mark.parametrize(("one", "other"), [(ANNAS[0], OLEGS[0]), (ANNAS[2], OLEGS[1])], ids=["the merged records", "other records of both"])
def test_a_wrong_merge_is_undone_by_one_line_and_both_people_are_whole_again(data, svod, one, other):
    two.write(data, two.MISTAKE)
    resolve_identity(MONDAY)
    mixed = customers(data)
    assert len({mixed[record] for record in ANNAS + OLEGS}) == 1
    file = data / "identity_overrides.csv"
    said = svod("review", "--decide", "cannot_link", one, other, "--reason", "two people", "--author", "maria", "--file", str(file))
    assert f"parts customer {mixed[ANNAS[0]]} (5 records)" in said and "remove its line" in said
    two.write(data, two.MISTAKE, as_overrides(file))
    report = resolve_identity(TUESDAY)
    parted = customers(data)
    anna, oleg = {parted[record] for record in ANNAS}, {parted[record] for record in OLEGS}
    assert anna == {mixed[ANNAS[0]]} and len(oleg) == 1 and oleg != anna
    assert {record: customer for record, customer in parted.items() if record not in OLEGS} == {r: c for r, c in mixed.items() if r not in OLEGS}
    events = query(data, "select customer_id, event, other_customer_id, evidence from identity.customer_events where run_number = 2")
    assert events == [(*oleg, "split_from", *anna, f"cannot_link between {ANNAS[0]} and {OLEGS[0]}")]
    assert report.split == 1 and report.merged == 0
    assert query(data, "select record_id, customer_id from identity.record_moves where run_number = 2 order by all") == [(record, *oleg) for record in OLEGS]
    assert query(data, "select outcome from identity.override_outcomes") == [("obeyed",)]


def test_a_decision_that_comes_to_nothing_is_told(data, svod):
    two.write(data, overrides=[("must_link", ANNAS[0], "crm:contact:misspelt"), ("cannot_link", ANNAS[0], OLEGS[0])])
    resolve_identity(MONDAY)
    said = svod("review")
    assert "could not obey: 1" in said and f"must_link {ANNAS[0]} crm:contact:misspelt: waits for a record that is not there" in said


def test_each_run_measures_the_evidence_by_what_stewards_decided(data):
    agreed, opposed = ("must_link", ANNAS[0], ANNAS[1]), [("must_link", ANNAS[0], OLEGS[0]), ("cannot_link", ANNAS[1], ANNAS[2])]
    parted, absent = ("cannot_link", ANNAS[2], OLEGS[1]), ("must_link", ANNAS[0], "crm:contact:none")
    two.write(data, overrides=[agreed, *opposed, parted, absent])
    resolve_identity(MONDAY)
    assert query(data, "select must_links, must_links_found, cannot_links, cannot_links_joined from identity.runs") == [(2, 1, 2, 1)]
    told = {row[:3]: row[3] for row in query(data, "select action, left_record_id, right_record_id, is_evident from identity.override_outcomes")}
    assert told == {agreed: True, **dict.fromkeys(opposed, False), parted: True, absent: None}


def test_a_must_link_merges_and_the_old_id_leads_on(data, svod):
    two.write(data)
    resolve_identity(MONDAY)
    before = customers(data)
    file = data / "identity_overrides.csv"
    said = svod("review", "--decide", "must_link", OLEGS[0], ANNAS[0], "--reason", "a pen name", "--author", "maria", "--file", str(file))
    assert f"{before[ANNAS[0]]} stays, {before[OLEGS[0]]} (2 records) leads to it" in said
    two.write(data, overrides=as_overrides(file))
    resolve_identity(TUESDAY)
    after = customers(data)
    assert {after[record] for record in ANNAS + OLEGS} == {before[ANNAS[0]]}
    assert query(data, "select old_customer_id, customer_id from identity.customer_redirects") == [(before[OLEGS[0]], before[ANNAS[0]])]
    assert f"a former id of {before[ANNAS[0]]}" in svod("explain", before[OLEGS[0]])
    two.write(data)  # the line is removed
    resolve_identity(WEDNESDAY)
    assert customers(data) == before, "both are whole again, under the ids they had"
    assert query(data, "select old_customer_id from identity.customer_redirects") == []


def test_the_queue_asks_about_two_customers_once_the_largest_effect_first(data, svod):
    two.write(data, count=150)
    resolve_identity(MONDAY)
    queue = query(data, "select left_customer_id, right_customer_id, effect, left_record_id, right_record_id from identity.review_queue")
    assert queue, "the company has open questions"
    assert len({frozenset(row[:2]) for row in queue}) == len(queue)
    assert [row[2] for row in queue] == sorted((row[2] for row in queue), reverse=True)
    assert sum(n for (n,) in query(data, "select pair_count from identity.review_queue")) == query(
        data, "select count(*) from identity.pairs where decision = 'review'")[0][0]  # fmt: skip
    file, (left, right) = data / "identity_overrides.csv", queue[0][3:]
    shown = svod("review", "--file", str(file))
    assert left in shown and "***" in shown and "@example" not in shown
    svod("review", "--decide", "cannot_link", left, right, "--reason", "namesakes", "--author", "maria", "--file", str(file))
    assert f"of {len(queue) - 1} open questions" in svod("review", "--file", str(file)).replace(",", "")


@pytest.mark.parametrize(
    ("action", "left", "right", "why"),
    [
        ("cannot_link", "a", "c", "must_link lines put these two together"),
        ("must_link", "d", "a", "A cannot_link line keeps these two apart"),
        ("must_link", "b", "a", "decided already"),
        ("must_link", "a", "a", "name two"),
        ("maybe", "a", "b", "one of must_link, cannot_link"),
    ],
)
def test_a_line_that_contradicts_the_others_is_refused_and_nothing_is_written(tmp_path, action, left, right, why):
    file = tmp_path / "identity_overrides.csv"
    for line in (("must_link", "a", "b"), ("must_link", "b", "c"), ("cannot_link", "c", "d")):
        decisions.decide(*line, "why", "maria", file)
    before = file.read_bytes()
    with pytest.raises(decisions.CannotDecide, match=why):
        decisions.decide(action, left, right, "why", "maria", file)
    assert file.read_bytes() == before


WRONG = {
    "semicolons": (
        f"{';'.join(decisions.COLUMNS)}\nmust_link;a;b;why;maria;2026-01-05\n".encode(),
        "line 1: there must be columns action, .* set apart by commas",
    ),
    "another alphabet": (f"{','.join(decisions.COLUMNS)}\nmust_link,a,b,муж,maria,2026-01-05\n".encode("cp1251"), "save it as CSV in UTF-8"),
    "nothing": (b"", "line 1: there must be columns action"),
    "action": (
        f"{','.join(decisions.COLUMNS)}\nmust_link,a,b,why,maria,2026-01-05\nmustlink,a,c,why,maria,2026-01-05\n".encode(),
        "line 3: an action is one of",
    ),
    "cells": (f"{','.join(decisions.COLUMNS)}\nmust_link,a,b,why\n".encode(), "line 2: there must be 6 cells"),
    "record": (f"{','.join(decisions.COLUMNS)}\nmust_link,a,,why,maria,2026-01-05\n".encode(), "line 2: both records must be named"),
    "space": (f"{','.join(decisions.COLUMNS)}\nmust_link,a ,b,why,maria,2026-01-05\n".encode(), "line 2: both records must be named"),
    "itself": (f"{','.join(decisions.COLUMNS)}\nmust_link,a,a,why,maria,2026-01-05\n".encode(), "line 2: a record is always itself"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_list_that_cannot_be_obeyed_is_refused_with_its_line_wherever_it_is_read(tmp_path, wrong):
    content, why = WRONG[wrong]
    file = tmp_path / "identity_overrides.csv"
    file.write_bytes(content)
    for read in (decisions.read, lambda file: overrides.load(duckdb.connect(), file)):
        with pytest.raises(Told, match=why):
            read(file)


def test_a_list_as_a_spreadsheet_saves_it_is_read(tmp_path):
    file = tmp_path / "identity_overrides.csv"
    file.write_bytes(f'\ufeff{",".join(decisions.COLUMNS)}\r\nmust_link,a,b,"муж, жена",maria,2026-01-05\r\n'.encode())
    decisions.decide("cannot_link", "a", "c", "why", "maria", file)
    assert [(row["action"], row["reason"]) for row in decisions.read(file)] == [("must_link", "муж, жена"), ("cannot_link", "why")]


def test_a_decision_is_one_more_line_with_its_reason_author_and_moment(tmp_path):
    file = tmp_path / "identity_overrides.csv"
    decisions.decide("must_link", "b", "a", 'one "person", two cards', "maria", file, MONDAY)
    decisions.decide("cannot_link", "a", "c", "father and son", "oleg", file, TUESDAY)
    with file.open() as lines:
        assert list(csv.reader(lines)) == [
            list(decisions.COLUMNS),
            ["must_link", "a", "b", 'one "person", two cards', "maria", "2026-01-05 00:00:00"],
            ["cannot_link", "a", "c", "father and son", "oleg", "2026-01-06 00:00:00"],
        ]
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_a_decision_about_a_record_nobody_knows_is_refused(data, svod):
    two.write(data)
    resolve_identity(MONDAY)
    said = svod("review", "--decide", "must_link", ANNAS[0], "crm:contact:none", "--reason", "x", "--author", "y", "--file", str(data / "o.csv"), code=4)
    assert "No run has seen both" in said and not (data / "o.csv").exists()


def test_a_list_of_decisions_that_cannot_be_written_is_told_in_one_line(data, svod):
    two.write(data)
    resolve_identity(MONDAY)
    file = data / "nowhere" / "o.csv"
    said = svod("review", "--decide", "must_link", ANNAS[0], OLEGS[0], "--reason", "x", "--author", "y", "--file", str(file), code=2)
    assert f"{file} cannot be written" in said and said.count("\n") == 1


@pytest.mark.parametrize("command", [["review"], ["plan"], ["train"]], ids=lambda command: command[0])
def test_a_warehouse_that_nothing_has_been_matched_in_says_what_to_do(data, svod, command):
    duckdb.connect(str(data / "warehouse.duckdb")).close()
    assert "svod run" in svod(*command, code=4)


def test_the_ids_of_a_question_are_shown_whole_on_a_narrow_screen(data, svod, monkeypatch):
    two.write(data, count=150)
    resolve_identity(MONDAY)
    asked = query(data, "select left_record_id, right_record_id from identity.review_queue")
    monkeypatch.setattr("pipelines.identity.commands.console._width", 60)
    said = svod("review", "--limit", "100")
    assert asked and all(record in said for pair in asked for record in pair)
