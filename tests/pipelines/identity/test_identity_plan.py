"""A plan tells what the next run does, and does nothing itself."""

import json
import os
import re
import subprocess
import sys
from datetime import datetime

import pytest
import two_people as two
from two_people import ANNAS, OLEGS, query

from pipelines.identity import candidate, resolve_identity
from pipelines.identity import model as models
from pipelines.identity.plan import CannotPlan, plan
from pipelines.identity.threshold import write_threshold
from pipelines.settings import PROJECT, Settings, settings

MONDAY, TUESDAY = datetime(2026, 1, 5), datetime(2026, 1, 6)
HEADER = "action,left_record_id,right_record_id,reason,author,decided_at\n"


def check(found, data, report) -> None:
    """The plan's figures are those of the run that followed."""
    assert (found.created, found.merged, found.split, found.retired) == (report.created, report.merged, report.split, report.retired)
    assert found.customers_then == report.customers
    assert found.review_pairs_then == report.review_pairs
    moved = "select count(*) from identity.record_moves as now semi join identity.record_moves as before on now.record_id = before.record_id and before.run_number = 1 where now.run_number = 2 and now.customer_id is not null"
    assert [(found.records_moved,)] == query(data, moved)


def test_a_plan_for_decisions_tells_exactly_what_the_next_run_does_and_writes_nothing(data):
    two.write(data, two.MISTAKE)
    resolve_identity(MONDAY)
    with two.duckdb.connect(str(data / "warehouse.duckdb")) as connection:
        connection.execute("create schema segments")
        connection.execute("create table segments.segment_members as select customer_id, 'new' as segment from identity.customers")
    file = data / "decisions.csv"
    file.write_text(f"{HEADER}cannot_link,{ANNAS[0]},{OLEGS[0]},two people,maria,2026-01-05 10:00:00\n")
    before = {path.name: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    found = plan(decisions=file, at=TUESDAY)
    assert {path.name: path.read_bytes() for path in data.rglob("*") if path.is_file()} == before
    assert (found.split, found.merged, found.records_moved, found.memberships_affected, found.waiting_records) == (1, 0, 2, 1, 2)
    assert found.samples["split"][0]["person"]["name"] == "o*** z***"
    assert "example" not in json.dumps([row["person"] for row in found.samples["split"]])
    two.write(data, two.MISTAKE, [("cannot_link", ANNAS[0], OLEGS[0])])
    check(found, data, resolve_identity(TUESDAY))


def test_a_plan_for_a_threshold_tells_exactly_what_the_next_run_does(data, monkeypatch):
    two.write(data, count=150)
    resolve_identity(MONDAY)
    found = plan(threshold=0.99, at=TUESDAY)
    assert found.split > 0 and found.merged == 0
    monkeypatch.setenv("SVOD_MATCH_THRESHOLD", "0.99")
    settings.cache_clear()
    check(found, data, resolve_identity(TUESDAY))
    back = plan(threshold=0.6, at=TUESDAY)
    assert back.merged == found.split and back.samples["merged"]


def test_what_holds_or_parts_the_customers_of_a_plan_is_said_in_russian_too(data, svod, monkeypatch):
    two.write(data, two.MISTAKE)
    resolve_identity(MONDAY)
    file = data / "decisions.csv"
    file.write_text(f"{HEADER}cannot_link,{ANNAS[0]},{OLEGS[0]},two people,maria,2026-01-05 10:00:00\n")
    assert f"{ANNAS[0]} and {OLEGS[0]}: a steward's decision keeps their customers apart" in svod("plan", "--overrides", str(file))
    assert f"{ANNAS[0]} и {OLEGS[0]}: решение человека держит этих клиентов порознь" in svod("plan", "--overrides", str(file), "--ru")
    two.write(data, count=150)
    resolve_identity(TUESDAY)
    monkeypatch.setenv("SVOD_MATCH_THRESHOLD", "0.99")
    settings.cache_clear()
    resolve_identity(TUESDAY)
    said = svod("plan", "--threshold", "0.6", "--ru")
    assert re.search(r":contact:\S+ и \S+, [а-я -]+, вес \d+\.\d\n", said) and " and " not in said and "weight" not in said


@pytest.mark.parametrize("decided", [("must_link", "crm:contact:misspelt", OLEGS[0]), ("must_link", "crm:contact:gone", "crm:contact:misspelt")])
def test_a_plan_names_the_decisions_that_come_to_nothing(data, svod, decided):
    two.write(data)
    resolve_identity(MONDAY)
    file = data / "decisions.csv"
    file.write_text(HEADER + ",".join(decided) + ",one person,maria,2026-01-05\n")
    said = svod("plan", "--overrides", str(file))
    assert "Decisions that it cannot obey: 1" in said and f"{' '.join(decided)}: waits for a record that is not there" in said
    file.write_text(f"{HEADER}must_link,{ANNAS[0]},{OLEGS[0]},a pen name,maria,2026-01-05\ncannot_link,{OLEGS[0]},{ANNAS[0]},two people,maria,2026-01-05\n")
    assert f"must_link {ANNAS[0]} {OLEGS[0]}: not obeyed: a cannot_link forbids it" in svod("plan", "--overrides", str(file))


def test_a_list_of_decisions_that_cannot_be_read_is_told_before_anything_is_planned(data, svod):
    two.write(data)
    resolve_identity(MONDAY)
    file = data / "decisions.csv"
    file.write_text(f"{HEADER}mustlink,{ANNAS[0]},{OLEGS[0]},a pen name,maria,2026-01-05\n")
    assert "decisions.csv, line 2: an action is one of" in svod("plan", "--overrides", str(file), code=4)


def test_a_plan_of_nothing_new_changes_nothing(data, svod):
    two.write(data)
    report = resolve_identity(MONDAY)
    found = json.loads(svod("plan", "--json"))
    assert found["customers_now"] == found["customers_then"] == report.customers
    assert found["records_moved"] == found["merged"] == found["split"] == 0


def test_whoever_reads_only_a_part_of_a_plan_is_told_nothing_more(data):
    two.write(data)
    resolve_identity(MONDAY)
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([sys.executable, "-um", "pipelines.cli", "identity", "plan", "--json"], cwd=PROJECT, stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert done.stderr == b""


def test_a_plan_needs_a_run_to_compare_with(data, svod):
    with pytest.raises(CannotPlan, match="svod run"):
        plan()
    assert "svod run" in svod("plan", code=4)


def test_a_threshold_that_cannot_be_written_is_told_in_one_line(tmp_path, svod, monkeypatch):
    monkeypatch.setitem(Settings.model_config, "toml_file", tmp_path / "nowhere" / "svod.toml")
    said = svod("apply", "--threshold", "0.8", code=2)
    assert "cannot be written" in said and said.count("\n") == 1


def test_a_threshold_that_cannot_be_written_leaves_the_model_beside_it_out_of_force_too(tmp_path, svod, monkeypatch):
    made, applied = models.prior(), []
    monkeypatch.setattr(candidate, "ready", lambda version: made)
    monkeypatch.setattr(candidate, "put_in_force", applied.append)
    monkeypatch.setitem(Settings.model_config, "toml_file", tmp_path / "nowhere" / "svod.toml")
    assert "in force" not in svod("apply", "--candidate", "--threshold", "0.8", code=2) and applied == []
    monkeypatch.setitem(Settings.model_config, "toml_file", tmp_path / "svod.toml")
    assert f"Model {made.version} is in force" in svod("apply", "--candidate", "--threshold", "0.8") and applied == [made]


def test_a_threshold_is_written_beside_the_other_settings(tmp_path, monkeypatch):
    file = tmp_path / "svod.toml"
    monkeypatch.setitem(Settings.model_config, "toml_file", file)
    file.write_text('# ours\nschedule = "0 4 * * *"\n\n[inbox_options]\nkey = "k"\n')
    write_threshold(0.8)
    assert settings.__wrapped__().match_threshold == 0.8
    write_threshold(0.75)
    assert file.read_text() == 'match_threshold = 0.75\n# ours\nschedule = "0 4 * * *"\n\n[inbox_options]\nkey = "k"\n'
