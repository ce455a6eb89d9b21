"""An HTTP server on loopback that keeps what it was sent and answers as a test says, or does not."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

HANG, DROP = object(), object()


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Peer:
    """`answer` gives a status, or (status, body, headers), or HANG (never answers) or DROP (hangs up) for each request, once it is read whole."""

    def __init__(self, answer: Callable[[Request], Any] = lambda request: 200) -> None:
        self.answer, self.requests = answer, []

    async def __aenter__(self) -> "Peer":
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                first, *lines = head.strip().split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                request = Request(*first.split(" ")[:2], headers, body)
                self.requests.append(request)
                told = self.answer(request)
                if told is HANG:
                    await asyncio.sleep(30)
                if told is DROP:
                    break
                status, answer, more = told if isinstance(told, tuple) else (told, "", {})
                answer = answer if isinstance(answer, bytes) else (answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)).encode()
                lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(answer)}", *(f"{name}: {value}" for name, value in more.items())]
                writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
