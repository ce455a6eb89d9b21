"""A run knows by the fingerprint what changed since the last publication."""

from datetime import datetime

import pytest

from pipelines.fingerprint import fingerprint
from pipelines.settings import settings

DAY = datetime(2026, 1, 1, 5)


@pytest.fixture
def campaigns(data, monkeypatch):
    folder = data / "campaigns"
    (folder / "thanks" / "templates").mkdir(parents=True)
    (folder / "thanks" / "scenario.yml").write_text("status: draft")
    monkeypatch.setenv("SVOD_CAMPAIGNS", str(folder))
    settings.cache_clear()
    return folder


def changed(before: dict[str, str]) -> set[str]:
    settings.cache_clear()
    return {part for part, value in fingerprint(DAY).as_dict().items() if value != before[part]}


def test_what_did_not_change_has_the_same_fingerprint(campaigns):
    before = fingerprint(DAY).as_dict()
    assert changed(before) == set()
    assert fingerprint(datetime(2026, 1, 2)).as_dict() == before | {"date": "2026-01-02"}


def test_a_changed_scenario_or_template_is_a_change_of_the_campaigns_only(campaigns):
    before = fingerprint(DAY).as_dict()
    (campaigns / "thanks" / "scenario.yml").write_text("status: live")
    assert changed(before) == {"campaigns"}
    before = fingerprint(DAY).as_dict()
    (campaigns / "thanks" / "templates" / "thanks.ru.mjml").write_text("<mjml></mjml>")
    assert changed(before) == {"campaigns"}


def test_a_threshold_from_the_environment_is_a_change(campaigns, monkeypatch):
    before = fingerprint(DAY).as_dict()
    monkeypatch.setenv("SVOD_MATCH_THRESHOLD", "0.7")
    assert changed(before) == {"code"}
