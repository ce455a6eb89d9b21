"""What every test may need: a data folder of its own, so that no test sees another's warehouse, and what all can share because it never changes."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from project_runs import Dbt, first_day, once, parse

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


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this test run share."""
    root = tmp_path_factory.getbasetemp()
    return root.parent if "PYTEST_XDIST_WORKER" in os.environ else root


@pytest.fixture(scope="session")
def dbt(shared: Path) -> Dbt:
    return Dbt(once(shared / "parsed", parse))


@pytest.fixture(scope="session")
def first_day_done(shared: Path, dbt: Dbt) -> Path:
    """A company after its first daily run, to be copied and never changed: see `copy_of_first_day`."""
    return once(shared / "first_day", lambda folder: first_day(folder, dbt))
