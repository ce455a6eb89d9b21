"""How far the distributions of matching moved is told from run to run, and only where it is matching by the same model."""

from datetime import datetime
from math import log

import pytest
import two_people as two
from two_people import query

from pipelines.identity import resolve_identity
from pipelines.identity.drift import stability_index

DAYS = [datetime(2026, 1, day) for day in (5, 6, 7, 8)]
DRIFTS = "select cluster_size_drift, match_weight_drift from identity.runs order by run_number"


def test_the_index_is_that_counted_by_hand():
    before, now = {1: 60, 2: 40}, {1: 50, 2: 50}
    p, q = (50.5 / 101, 50.5 / 101), (60.5 / 101, 40.5 / 101)
    assert stability_index(before, now) == pytest.approx(sum((a - b) * log(a / b) for a, b in zip(p, q, strict=True)), abs=1e-6)
    assert stability_index(now, now) == 0


def test_a_cell_that_only_one_side_has_counts_and_one_item_in_it_hardly():
    usual = {1: 6000, 2: 4000}
    assert 0 < stability_index(usual, usual | {21: 1}) < 0.001
    assert stability_index(usual, usual | {21: 1000}) > 0.25
    assert stability_index(usual | {21: 1000}, usual) > 0.25
    assert stability_index({}, usual) is stability_index(usual, {}) is None


def test_each_run_notes_its_drift_from_the_one_before_by_the_same_model(data):
    two.write(data)
    resolve_identity(DAYS[0])
    resolve_identity(DAYS[1], full=True)
    two.write(data, two.MISTAKE)
    resolve_identity(DAYS[2])
    first, same, joined = query(data, DRIFTS)
    assert first == (None, None)
    assert same == (0, 0)
    assert all(0 < drift < 0.5 for drift in joined), joined


def test_a_run_by_another_model_has_nothing_to_be_compared_with(data):
    two.write(data)
    resolve_identity(DAYS[0])
    resolve_identity(DAYS[1], full=True)
    two.write(data, count=80)
    resolve_identity(DAYS[2])
    versions = [version for (version,) in query(data, "select model_version from identity.runs order by run_number")]
    assert versions[0] == versions[1] != versions[2]
    assert query(data, DRIFTS) == [(None, None), (0, 0), (None, None)]
