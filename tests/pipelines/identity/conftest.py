"""A warehouse of its own for each test of identity."""

import pytest
from typer.testing import CliRunner

from pipelines.settings import settings


@pytest.fixture
def data(tmp_path, monkeypatch):
    """The data folder of this test; `settings()` knows it."""
    monkeypatch.setenv("SVOD_DATA", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


@pytest.fixture
def svod(data, monkeypatch):
    """Runs a command as typed and gives what the screen shows; the exit code must be as expected."""
    from pipelines.cli import app
    from pipelines.identity.commands import console

    monkeypatch.setattr(console, "_width", 400)

    def run(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["identity", *arguments])
        assert done.exit_code == code, done.output
        return done.output

    return run
