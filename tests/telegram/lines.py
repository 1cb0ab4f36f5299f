"""The line to Telegram in a test: a scripted Bot API, and a receiver's surroundings."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web
from sqlalchemy import select

from bot.clock import MovedClock, SystemClock
from bot.telegram.line import Line
from bot.telegram.raw import RawApi, bot_id
from bot.telegram.updates import Receiver
from storage import tables
from storage.database import Database, Tx

TOKEN = "4242:receiving-secret"
PATIENCE_S = 10
ME = {"ok": True, "result": {"id": 4242, "is_bot": True, "username": "kabar_bot"}}
EMPTY = {"ok": True, "result": []}


def message(update_id: int, words: str = "halo", chat: int = 7) -> dict[str, Any]:
    return {"update_id": update_id, "message": {"chat": {"id": chat}, "text": words}}


def page(*updates: object) -> dict[str, Any]:
    return {"ok": True, "result": list(updates)}


def no(status: int, **parameters: int) -> dict[str, Any]:
    return {"ok": False, "error_code": status, "description": "No", "parameters": parameters}


class HurriedClock(MovedClock):
    """Its monotonic seconds, and the system's time, can be moved on by hand."""

    ahead_s = 0.0
    wall_ahead = timedelta()

    def wall(self) -> datetime:
        return super().wall() + self.wall_ahead

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead_s


@dataclass
class ScriptedApi:
    """A Bot API that answers getUpdates from a list, then holds the line like a long poll.

    `calls` are (method, parameters) as they came; an answer may be bytes, sent as they are.
    """

    url: str = ""
    calls: list[tuple[str, Any]] = field(default_factory=list)
    answers: deque[Any] = field(default_factory=deque)
    others: dict[str, Any] = field(default_factory=lambda: {"getMe": ME})
    when_empty: Any = None  # None: hold the line
    came: asyncio.Event = field(default_factory=asyncio.Event)
    lets_go: asyncio.Event = field(default_factory=asyncio.Event)  # of a line that is held

    async def take(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        asked = await request.json()
        self.calls.append((method, asked))
        self.came.set()
        if method != "getUpdates":
            return self._answer(self.others.get(method, no(404)))
        if self.answers:
            return self._answer(self.answers.popleft())
        if self.when_empty is None and asked["timeout"] > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_S):
                    await self.lets_go.wait()
        return self._answer(self.when_empty or EMPTY)

    def _answer(self, body: Any) -> web.Response:
        if isinstance(body, bytes):
            return web.Response(body=body)
        return web.json_response(body, status=body.get("error_code", 200))

    def polls(self) -> list[Any]:
        return [asked for method, asked in self.calls if method == "getUpdates"]

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until the calls so far make it true."""
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():
                self.came.clear()
                await self.came.wait()

    async def polled(self, times: int) -> None:
        await self.until(lambda: len(self.polls()) >= times)


@asynccontextmanager
async def served(handler: Any, *routes: web.RouteDef) -> AsyncIterator[str]:
    app = web.Application(client_max_size=1024 * 1024)
    if handler is not None:
        app.router.add_post("/bot{token}/{method}", handler)
    app.router.add_routes(routes)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@dataclass
class World:
    """A receiver's surroundings; `stored` is set by each page that brought something."""

    database: Database
    session: aiohttp.ClientSession
    clock: SystemClock = field(default_factory=SystemClock)
    stored: asyncio.Event = field(default_factory=asyncio.Event)

    def line(self, url: str) -> Line:
        return Line(
            api=RawApi(self.session, url, TOKEN),
            bot=bot_id(TOKEN),
            database=self.database,
            clock=self.clock,
            on_stored=self.stored.set,
        )

    @asynccontextmanager
    async def receiving(self, url: str) -> AsyncIterator[Receiver]:
        receiver = Receiver(self.line(url))
        running = asyncio.ensure_future(receiver.run())
        try:
            yield receiver
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    async def waits_for_a_page(self) -> None:
        await asyncio.wait_for(self.stored.wait(), PATIENCE_S)
        self.stored.clear()

    async def rows(self) -> list[tuple[str, str]]:
        """(id, kind) in order of arrival."""

        def look(tx: Tx) -> list[tuple[str, str]]:
            i = tables.inbox
            rows = tx.execute(select(i.c.id, i.c.kind).order_by(i.c.seq))
            return [(row.id, row.kind) for row in rows]

        return await self.database.read(look)
