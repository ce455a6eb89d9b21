"""The collector as it is run: the command itself, in a process of its own, spoken to over HTTP."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from listening import Running

from pipelines.settings import PROJECT, settings


@pytest.fixture
def collector(data: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets `[collector]`."""

    def set_up(**given: object) -> None:
        for name, value in ({"url": "https://answers.example.com", "hosts": ["shop.example.com", "*.shop.example.ru"]} | given).items():
            monkeypatch.setenv(f"SVOD_COLLECTOR__{name.upper()}", value if isinstance(value, str) else json.dumps(value))
        settings.cache_clear()

    return set_up


@pytest.fixture
def running(collector) -> Iterator[Callable[..., Running]]:
    """Starts a collector with these settings."""
    with contextlib.ExitStack() as stack:

        def start(*, workers: int = 1, **given: object) -> Running:
            collector(**given)
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            command = [Path(sys.executable).with_name("svod"), "campaigns", "collect", "--port", str(port), "--workers", str(workers)]
            log = stack.enter_context((settings().data / "collector.log").open("wb"))
            process = stack.enter_context(subprocess.Popen(command, cwd=PROJECT, stdout=log, stderr=log, start_new_session=True))
            stack.callback(lambda: process.poll() is None and os.killpg(process.pid, signal.SIGKILL))
            one = Running(process, port)
            one.wait()
            return one

        yield start
