"""What tests of the collector share: one that runs, and what it has heard."""

import contextlib
import json
import os
import signal
import subprocess
import time

import httpx

from pipelines.responses.segments import folder
from pipelines.settings import settings


class Running:
    """A running collector."""

    def __init__(self, process: subprocess.Popen, port: int):
        self.process, self.port = process, port
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20, trust_env=False)

    def at(self, url: str) -> str:
        """Where a link of a message leads to in this test: the same path, without the proxy before it."""
        return url.removeprefix(settings().collector.url)

    def wait(self) -> None:
        """Until it answers."""
        for _ in range(600):
            with contextlib.suppress(httpx.TransportError):
                if self.http.get("/health").text == "ok":
                    return
            time.sleep(0.1)
        raise AssertionError("the collector does not answer")

    def kill(self) -> None:
        """SIGKILL for the process and its workers, at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def heard(kind: str = "responses") -> list[dict]:
    """Every line in the files, in no order."""
    return [json.loads(line) for path in folder().glob(f"{kind}_*.jsonl") for line in path.read_text().splitlines()]


def kinds() -> dict[str, int]:
    found = [line["kind"] for line in heard()]
    return {kind: found.count(kind) for kind in sorted(set(found))}
