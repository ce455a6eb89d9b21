"""The sender's settings for a test: e-mail switched on, to a server on this machine, without a wait between tries."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipelines.settings import settings


@pytest.fixture
def email(data: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets `[sending.email]`, live, and `[sending]` with names that begin with an underscore."""

    def set_up(**given: object) -> None:
        chosen = {"mode": "live", "host": "127.0.0.1", "security": "none", "from_address": "shop@example.com", "rate": 10_000} | given
        for name, value in chosen.items():
            prefix = "SVOD_SENDING__" if name.startswith("_") else "SVOD_SENDING__EMAIL__"
            monkeypatch.setenv(f"{prefix}{name.lstrip('_').upper()}", str(value))
        settings.cache_clear()

    return set_up


@pytest.fixture
def recorder(data: Path) -> Iterator[tuple[int, Path]]:
    """A real SMTP server in a process of its own: its port, and the file in which it writes down what it accepts."""
    file = data / "accepted.txt"
    with subprocess.Popen([sys.executable, Path(__file__).with_name("servers.py"), file], stdout=subprocess.PIPE, text=True) as server:
        try:
            yield int(server.stdout.readline()), file
        finally:
            server.kill()
