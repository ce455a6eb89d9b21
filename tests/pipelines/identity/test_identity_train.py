"""A new model is a decision: fitted beside the one in use, told apart from it, put in force by a person."""

import json
import random
from datetime import datetime

import known_people as company
import numpy as np
import pytest
import two_people as two

from pipelines.fingerprint import fingerprint
from pipelines.identity import candidate, model, resolve_identity, train
from pipelines.identity.comparisons import levels
from pipelines.identity.plan import plan
from pipelines.settings import settings

MONDAY, TUESDAY, WEDNESDAY = datetime(2026, 1, 5), datetime(2026, 1, 6), datetime(2026, 1, 7)


def pointer(data, name: str = "current") -> str:
    return json.loads((data / "identity" / f"{name}.json").read_text())["version"]


def test_a_candidate_waits_beside_the_model_in_use_until_it_is_applied(data, svod, monkeypatch):
    company.write(data, *company.make_records(company.make_people(330)))
    first = resolve_identity(MONDAY)
    company.write(data, *company.make_records(company.make_people(360)))
    warehouse = (data / "warehouse.duckdb").read_bytes()
    said = svod("train")
    made = pointer(data, "candidate")
    assert made in said and "likely matches among" in said
    assert pointer(data) == first.model_version != made
    found = plan(model=candidate.waiting(), at=WEDNESDAY)
    assert found.model == made and (data / "warehouse.duckdb").read_bytes() == warehouse
    before = fingerprint(MONDAY)
    assert first.model_version in svod("apply", "--candidate")
    assert pointer(data) == made and fingerprint(MONDAY).code != before.code
    report = resolve_identity(WEDNESDAY)
    assert (report.model_version, report.merged, report.split, report.created) == (made, found.merged, found.split, found.created)
    svod("apply", "--model", first.model_version)
    assert pointer(data) == first.model_version


def test_a_change_of_what_is_compared_teaches_nothing_until_somebody_decides(data, svod, monkeypatch):
    people = company.make_records(company.make_people(330))
    company.write(data, *people)
    first = resolve_identity(MONDAY)
    file = data / "identity" / f"model_{first.model_version}.json"
    old = json.loads(file.read_text())
    known = old["parameters"]["birth_date"].pop("day and month swapped"), old["caps"].pop("given name")  # as if these had been added since
    file.write_text(json.dumps(old))
    monkeypatch.setattr("pipelines.identity.settings.KEYS_FORMAT", 99)
    found = plan(at=TUESDAY)
    assert pointer(data) == first.model_version, "a plan puts nothing in force"
    second = resolve_identity(TUESDAY)
    now = model.current(data / "identity")
    assert (second.model_kind, second.model_version, found.model) == ("carried over", now.version, now.version) and second.model_version != first.model_version
    assert now.parameters["name"] == old["parameters"]["name"] and now.probability == old["probability"]
    assert (
        now.parameters["birth_date"]["day and month swapped"] == model.prior().parameters["birth_date"]["day and month swapped"]
        and now.caps["given name"] == known[1]
    )
    assert second.created == second.retired == 0
    assert resolve_identity(WEDNESDAY).skipped
    svod("train")
    svod("apply", "--candidate")
    assert resolve_identity(WEDNESDAY).model_kind == "trained"


def test_decided_pairs_sharpen_the_candidate(data):
    records, identifiers, links = company.make_records(company.make_people(330))
    company.write(data, records, identifiers, links)
    resolve_identity(MONDAY)
    plain = candidate.fit().model
    same = {}
    for record in records:
        if record.get("birth_date"):
            same.setdefault(record["person_id"], []).append(record["record_id"])
    pairs = [found[:2] for found in same.values() if len(found) > 1]
    file = data / "decided.csv"
    file.write_text("action,left_record_id,right_record_id\n" + "".join(f"must_link,{left},{right}\n" for left, right in pairs))
    found = candidate.fit(file)
    assert found.decided == len(pairs) > 50
    # All of these have one birth date, and that is what they teach.
    assert found.model.parameters["birth_date"]["same"][0] > plain.parameters["birth_date"]["same"][0]


def test_too_little_to_learn_from_is_said_and_nothing_is_saved(data, svod):
    two.write(data)
    resolve_identity(MONDAY)
    assert "too little to learn from" in svod("train", code=4)
    assert not (data / "identity" / "candidate.json").exists()
    with pytest.raises(candidate.NoCandidate, match="svod identity train"):
        candidate.waiting()


def test_a_list_in_which_nobody_stands_twice_has_as_many_customers_for_all_its_namesakes(data):
    chance = random.Random(5)
    families = chance.sample([onset + middle + ending for onset in company.ONSETS for middle in company.MIDDLES for ending in company.ENDINGS], 150)
    names = [(chance.choice(company.GIVEN_MALE + company.GIVEN_FEMALE), chance.choice(families)) for _ in range(2000)]
    records = [{"record_id": f"x:person:{number}", "given_name_key": given, "family_name_key": family, "locality_key": chance.choice(company.CITIES)}
               for number, (given, family) in enumerate(names)]  # fmt: skip
    assert len({(record["given_name_key"], record["family_name_key"], record["locality_key"]) for record in records}) < 1990
    company.write(data, records, [], [], truth=False)
    report = resolve_identity(MONDAY)
    assert (report.model_kind, report.records) == ("prior", 2000)
    assert report.customers >= 1990


def test_there_is_nothing_to_apply_without_a_candidate(data, svod):
    two.write(data)
    resolve_identity(MONDAY)
    now = pointer(data)
    assert "svod identity train" in svod("apply", "--candidate", code=4)
    svod("apply", code=2)
    assert pointer(data) == now
    assert model.current(settings().data / "identity").version == now


def test_a_new_phone_beside_an_old_e_mail_is_no_other_person_where_nothing_else_is_known():
    shipped = model.prior().for_records(3000).parameters
    strangers = {name: train._arrays(shipped, name)[1] for name in train.NAMES}
    phones = {"share a private one": 860, "share none": 140}
    patterns = [
        [levels(name).index({"email": "share a private one", "phone": phone}[name]) if name in ("email", "phone") else -1 for name in train.NAMES]
        for phone in phones
    ]
    counted = np.array(patterns), np.full(2, np.nan), np.array(list(phones.values()), dtype=float)
    kind = train._teach("same e-mail", counted, shipped, strangers)
    assert kind.share > 0.97 and kind.doubt["email", "share a private one"] < 0.03


def test_how_often_a_home_is_shared_by_a_family_is_counted():
    homes = {"singles": [(11, 300), (0, 5)], "families": [(11, 100), (1, 300)]}
    shares = {}
    for kind, seen in homes.items():
        patterns = [[label if name == "name" else -1 for name in train.NAMES] for label, _ in seen]
        shares[kind] = train._others_of_family((np.array(patterns), None, np.array([count for _, count in seen], dtype=float)))
    assert shares["singles"] < 0.05 and shares["families"] > 0.7
    assert train._others_of_family(None) == train.FAMILY_DOUBT


def test_where_all_live_in_one_town_the_town_says_nothing_and_equal_names_that_nothing_speaks_against_say_what_they_did():
    shipped = model.prior().parameters
    nothing = dict.fromkeys(train.NAMES, -1)
    gamma = {name: {label: number for number, label in enumerate(levels(name))} for name in train.NAMES}
    town, strangers = gamma["address"]["same postal code and locality"], {"name": gamma["name"]["different"], "birth_date": gamma["birth_date"]["different"]}
    seen = [
        (nothing | strangers | {"address": town}, 5000),
        (nothing | {"name": gamma["name"]["same"]}, 300),
        (nothing | {"name": gamma["name"]["same"], "birth_date": gamma["birth_date"]["same"], "address": town}, 200),
    ]
    sample = (np.array([list(pattern.values()) for pattern, _ in seen]), None, np.array([count for _, count in seen], dtype=float))

    found = train._common(shipped, sample)

    assert found["address"]["same postal code and locality"][1] == 1
    assert found["name"] == shipped["name"] | {"different": [shipped["name"]["different"][0], found["name"]["different"][1]]}
    assert found["birth_date"]["same"] == shipped["birth_date"]["same"]
