"""Stand-ins for what acts, and a program that runs in the same loop, seen from its port."""

import asyncio
import json
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp

from bot import app
from bot.config import Settings
from bot.parts import Given, Parts
from storage import inbox
from storage.database import Tx

TOKEN = "4242:running-secret"
PATIENCE_S = 20


class Sender:
    """Stands in for the sender: runs until it is stopped."""

    def __init__(self) -> None:
        self.is_running = False
        self.rings = 0
        self.fails = False
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        if self.fails:
            raise LookupError("a fault with the secret " + TOKEN)
        self.is_running = True
        await self._stopped.wait()
        self.is_running = False

    async def stop(self) -> None:
        self._stopped.set()

    async def relieve(self) -> None:
        self._stopped.set()

    def ring(self) -> None:
        self.rings += 1

    def metrics(self) -> Mapping[str, int]:
        return Counter(sent=3, in_flight=1)


@dataclass
class Staff:
    """Stand-ins for all that acts; `slow` holds up the import of aiogram."""

    sender: Sender = field(default_factory=Sender)
    slow: asyncio.Event = field(default_factory=asyncio.Event)
    due: list[datetime] = field(default_factory=list)
    passes: list[datetime] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    given: Given | None = None

    async def build(self, given: Given) -> Parts:
        self.given = given
        await self.slow.wait()

        async def drain(is_stopping: Callable[[], bool]) -> int:
            rows = await given.database.read(inbox.next_of_each_chat)
            for row in rows:
                await given.database.write(inbox.handled, row.id, now=given.clock.now())
                self.order.append(f"handled {row.id.rpartition(':')[0]}")
            return len(rows)

        async def run_due(*, now: datetime) -> int:
            self.passes.append(now)
            self.due = [moment for moment in self.due if moment > now]
            return 0

        def next_due(tx: Tx, *, now: datetime) -> datetime | None:
            return min(self.due, default=None)

        async def close() -> None:
            self.order.append("closed")

        return Parts(
            drain=drain, sender=self.sender, run_due=run_due, next_due=next_due, close=close
        )


@dataclass
class Running:
    """A program that runs, seen from its port."""

    url: str
    session: aiohttp.ClientSession

    async def get(self, path: str) -> tuple[int, Any]:
        async with self.session.get(f"{self.url}{path}") as answer:
            return answer.status, json.loads(await answer.text())

    async def forward(self, seconds: float) -> Any:
        async with self.session.post(f"{self.url}/clock", json={"advance_s": seconds}) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def until_ready(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if (await self.get("/ready"))[0] == 200:
                    return
                await asyncio.sleep(0.02)


async def a_port() -> int:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    number: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return number


@asynccontextmanager
async def running(centre: Settings, staff: Staff) -> AsyncIterator[Running]:
    """Ends by SIGTERM, and must end well."""
    number = await a_port()
    there = centre.model_copy(update={"http_port": number})
    program = asyncio.ensure_future(app.run(there, build=staff.build))
    async with aiohttp.ClientSession() as session:
        seen = Running(f"http://127.0.0.1:{number}", session)
        async with asyncio.timeout(PATIENCE_S):
            while not program.done():
                with suppress(aiohttp.ClientError):
                    await seen.get("/health")
                    break
                await asyncio.sleep(0.02)
        yield seen
    os.kill(os.getpid(), signal.SIGTERM)
    assert await asyncio.wait_for(program, PATIENCE_S) == 0
