"""What docs/campaigns.md shows can be written just so."""

import re

import pytest
import yaml
from scenario_folders import scenario

from pipelines.campaigns import schema
from pipelines.campaigns.checks import check
from pipelines.campaigns.predicates import compiled
from pipelines.campaigns.reading import read
from pipelines.campaigns.yaml_text import read_yaml
from pipelines.settings import PROJECT

TEXT = (PROJECT / "docs" / "campaigns.md").read_text(encoding="utf-8")
PARTS = {"wait": schema.Wait, "send": schema.Send, "split": schema.Split, "winner": schema.Winner, "set": schema.SetTrait, "audience": schema.Audience}
PARTS |= {"webhook": schema.Webhook, "entry": schema.Entry, "holdout": schema.Holdout}
PIECES = [piece for piece in re.findall(r"`([^`\n]+)`", TEXT) if re.match(rf"({'|'.join(PARTS)}): {{.*}}$", piece) and "…" not in piece]
FUNCTIONS = {
    "between": "age between 1 and 2",
    "in (…)": "age in (1, 2)",
    "like": "gender like 'f%'",
    "ilike": "gender ilike 'F%'",
    "is null": "age is null",
    "is distinct from": "age is distinct from 3",
    "not": "not (age > 3)",
    "case when … then … else … end": "case when age > 3 then true else false end",
    "coalesce": "coalesce(age, 3) = 3",
    "nullif": "nullif(age, 3) = 4",
    **{name: f"{name}(monetary) > 1" for name in ("abs", "round", "floor", "ceil")},
    **{name: f"{name}(monetary, 3) > 1" for name in ("least", "greatest")},
    **{name: f"{name}(gender) = 'x'" for name in ("lower", "upper", "trim")},
    "length": "length(gender) > 3",
    **{name: f"{name}(gender, 'f')" for name in ("contains", "starts_with", "ends_with")},
    "date '2026-01-31'": "birth_date > date '2026-01-31'",
    "interval '3' day": "last_order_at - interval '3' day > first_order_at",
    "extract": "extract(month from birth_date) = 3",
    **{name: f"{name}(birth_date) = 3" for name in ("year", "month", "day")},
    "date_diff": "date_diff('day', first_order_at, last_order_at) > 3",
    "date_trunc": "date_trunc('month', last_order_at) = timestamp '2026-01-01 00:00:00'",
}


def test_the_first_scenario_is_in_order_as_it_stands(tmp_path):
    text = re.search(r"```yaml\n(.*?)```", TEXT, re.S)[1]
    found = read(scenario(tmp_path, text, "thanks", templates=("thanks",)))
    assert found.refused == {}
    assert [one.code for one in check(found, tmp_path / "no.duckdb")["thanks"] if not one.code.startswith("template")] == []


def test_the_winner_is_in_order_as_it_stands(tmp_path):
    first, steps = re.findall(r"```yaml\n(.*?)```", TEXT, re.S)[:2]
    text = first[: first.index("steps:")] + steps
    found = read(scenario(tmp_path, text, "thanks", templates=("short", "long")))
    assert found.refused == {}
    assert [one.code for one in check(found, tmp_path / "no.duckdb")["thanks"] if not one.code.startswith("template")] == []


@pytest.mark.parametrize("piece", PIECES)
def test_a_piece_that_is_shown_is_one_that_is_taken(tmp_path, piece):
    (tmp_path / "piece.yml").write_text(piece)
    ((kind, given),) = read_yaml(tmp_path / "piece.yml")[0].items()
    PARTS[kind].model_validate(given)


def test_there_are_pieces_of_every_kind():
    assert {piece.partition(":")[0] for piece in PIECES} == set(PARTS)
    assert len(PIECES) > 15


def test_every_function_that_is_listed_compiles_and_every_one_compiled_is_listed():
    table = TEXT[TEXT.index("| compare |") : TEXT.index("Nothing else: no query")]
    for name, condition in FUNCTIONS.items():
        assert f"`{name}`" in table
        compiled(condition, "customer", "c")
    listed = set(re.findall(r"`([^`]+)`", table)) - {"=", "<>", "<", "<=", ">", ">=", "and", "or", "+ - * / %", "cast(… as integer)"}
    assert listed - set(FUNCTIONS) == set()
    for kind in re.search(r"`cast\(… as integer\)`: (.*) \|", table)[1].split(", "):
        compiled(f"cast(age as {kind}) is null", "customer", "c")


def test_the_guards_that_are_shown_are_taken():
    guards = [yaml.safe_load(piece.replace("go: …", "go: end")) for piece in re.findall(r"`({[^`]*go: …})`", TEXT)]
    assert len(guards) >= 4
    for guard in guards:
        schema.Guard.model_validate(guard)
