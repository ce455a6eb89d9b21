"""What every test may need: a data folder of its own, so that no test sees another's warehouse."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.settings import settings

# Test workers are told a width, which would pass for that of the screen; tests that look at tables set their own.
os.environ.pop("COLUMNS", None)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty data folder that the settings point to."""
    yield from _own_settings(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def module_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder that the tests of one module share."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield from _own_settings(tmp_path_factory.mktemp("data"), monkeypatch)


def _own_settings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SVOD_DATA", str(folder))
    monkeypatch.delenv("SVOD_INBOX", raising=False)
    settings.cache_clear()
    yield folder
    settings.cache_clear()
