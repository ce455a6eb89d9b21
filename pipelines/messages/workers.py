"""A worker's process seen from its parent: asked in chunks, heard line by line, ended and begun again when it must be."""

import json
import os
import pickle
import select
import subprocess
import sys
from collections.abc import Iterator

from pipelines.settings import PROJECT

SILENCE = 120.0  # seconds of wall time without an answer; CPU time has limits of its own, so this is for a process that hangs
LONGEST = 64 << 20  # bytes of one answer


class Worker:
    """A context manager. Its process begins with the first question, in an environment without secrets."""

    process: subprocess.Popen | None = None
    is_asked = False  # and has not answered everything yet

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def ask(self, chunk: dict) -> Iterator[list]:
        """The answers, in order; if the process ends before the last, a `limit` for the person it was at, and no more."""
        if self.is_asked:
            self.end()  # somebody stopped listening: what it would say now is about other people
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pipelines.messages.worker"],
                cwd=PROJECT,
                env={},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        self.is_asked = True
        try:
            self.process.stdin.write(pickle.dumps(chunk))
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it ended; reading says so
        heard = bytearray()
        for _ in chunk["people"]:
            while (end := heard.find(b"\n")) < 0:
                more = self._more()
                if not more or len(heard) > LONGEST:
                    self.end()
                    yield ["limit", "it takes more time or memory than a message may"]
                    return
                heard += more
            yield json.loads(heard[:end].decode(errors="surrogatepass"))
            del heard[: end + 1]
        self.is_asked = False

    def _more(self) -> bytes:
        pipe = self.process.stdout.fileno()
        return os.read(pipe, 1 << 20) if select.select([pipe], [], [], SILENCE)[0] else b""

    def end(self) -> None:
        """At once. Nothing is lost: what it has not answered is asked again."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
        self.process, self.is_asked = None, False
