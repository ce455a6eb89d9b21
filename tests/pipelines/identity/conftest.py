"""A warehouse of its own for each test of identity."""

import pytest

from pipelines.settings import settings


@pytest.fixture
def data(tmp_path, monkeypatch):
    """The data folder of this test; `settings()` knows it."""
    monkeypatch.setenv("SVOD_DATA", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()
