"""An SMS centre on this machine for tests: the smpp34 server, written in Rust by others, told how to answer each part."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress

import smpp34


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Smsc:
    """Takes every part under a number of its own unless `refuse` gives a status for it (None takes it, -1 never answers)."""

    def __init__(self, refuse: Callable[[smpp34.SubmitSmEvent, int], int | None] = lambda part, number: None) -> None:
        self.port, self.refuse = free_port(), refuse
        self.parts: list[smpp34.SubmitSmEvent] = []
        self.sessions: list[smpp34.Esme] = []
        self.ended = asyncio.Event()

    async def __aenter__(self) -> "Smsc":
        self.server = smpp34.Server(host="127.0.0.1", port=self.port, system_id="test")
        await self.server.start()
        self.task = asyncio.create_task(self._serve())
        return self

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task
        await self.server.stop()

    async def _serve(self) -> None:
        while True:
            event = await self.server.next()
            if isinstance(event, smpp34.Esme):
                self.sessions.append(event)
            elif isinstance(event, smpp34.SubmitSmEvent):
                self.parts.append(event)
                status = self.refuse(event, len(self.parts))
                if status is None:
                    event.accept(message_id=f"smsc-{len(self.parts)}")
                elif status != -1:
                    event.reject(status)
            elif isinstance(event, smpp34.Unbound):
                self.ended.set()
