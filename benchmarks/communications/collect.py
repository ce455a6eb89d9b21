"""How many answers the collector takes: `python -m benchmarks.communications.collect --help`.

A collector of one process on this machine, asked over kept-alive connections for pixels of as many messages as there are answers; each is
answered when its line is on the disk, and the lines are counted afterwards. The peer is the least that the same server can do: the
same picture from an application that checks and keeps nothing. CPU seconds are the server's, less those of a start that nobody asks anything.
"""

import asyncio
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

PEER = "benchmarks.communications.collect:bare"


def bare():
    """The peer."""
    from starlette.applications import Starlette
    from starlette.responses import Response
    from starlette.routing import Route

    from pipelines.responses.collector import GIF, UNCACHED

    async def picture(_) -> Response:
        return Response(GIF, media_type="image/gif", headers=UNCACHED)

    return Starlette(routes=[Route("/o/{token}.gif", picture)])


async def ask(port: int, paths: list[str]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for path in paths:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: go.example.com\r\nUser-Agent: Mozilla/5.0\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head[:80]
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
    writer.close()


async def ask_all(port: int, paths: list[str], connections: int) -> None:
    await asyncio.gather(*(ask(port, paths[number::connections]) for number in range(connections)))


def measured(command: list[str], port: int, paths: list[str], connections: int) -> tuple[float, float]:
    """Wall seconds of the answers, and CPU seconds of the whole life of the server."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    server = subprocess.Popen(command)
    try:
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert server.poll() is None
            time.sleep(0.1)
        began = time.monotonic()
        asyncio.run(ask_all(port, paths, connections))
        wall = time.monotonic() - began
    finally:
        server.terminate()
        server.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(
    answers: Annotated[int, typer.Option(help="Openings that come in.")] = 50_000,
    connections: Annotated[int, typer.Option(help="At once.")] = 64,
) -> None:
    """Print openings per second of the collector and of the peer."""
    from pipelines.responses.links import open_url
    from pipelines.settings import settings

    with tempfile.TemporaryDirectory(prefix="svod-collect-") as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        os.environ |= {"SVOD_DATA": folder, "SVOD_COLLECTOR__URL": "https://go.example.com"}
        settings.cache_clear()
        paths = [open_url(f"{number:032x}").removeprefix("https://go.example.com") for number in range(answers)]
        collector = ["-c", "from pipelines.cli import app; app()", "campaigns", "collect", "--address", "127.0.0.1", "--port", str(port), "--workers", "1"]
        plain = ["-m", "uvicorn", "--factory", PEER, "--host", "127.0.0.1", "--port", str(port), "--no-access-log", "--log-level", "warning"]
        figures = []
        for command in (collector, plain):
            idle = measured([sys.executable, *command], port, [], connections)[1]
            wall, cpu = measured([sys.executable, *command], port, paths, connections)
            figures.append((wall, cpu - idle))
        ours, peer = figures
        kept = sum(path.read_bytes().count(b"\n") for path in Path(folder).rglob("*") if path.is_file() and b'"opened"' in path.read_bytes()[:400])
        assert kept == answers, (kept, answers)
    for name, (wall, cpu) in (("collector, each on the disk before it is answered", ours), ("the same server, keeping nothing", peer)):
        print(f"{name}: {answers / wall:,.0f} a second, {answers / cpu:,.0f} per CPU second")
    print(f"ratio: {peer[0] / ours[0]:.2f} in time, {peer[1] / ours[1]:.2f} in CPU")


if __name__ == "__main__":
    typer.run(main)
