"""A port with somebody at it, and a program as a moved clock sees it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from bot.clock import MovedClock
from bot.http.clock import clock_routes
from bot.http.metrics import Figures
from bot.http.server import Condition, Port, make_app
from bot.scheduler.advance import Advance, Surroundings
from storage.figures import Depth, Unsettled

NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
PATIENCE_S = 10
QUIET = Figures(
    inbox_waiting=2,
    inbox_age_s=4.0,
    outbox={"sent": 3, "pending": 0},
    lanes={"alert": Depth(waiting=1, oldest_s=2.5)},
    alerts={"open": 2, "waiting": 1, "taken": 0},
    findings={"row_altered": 1},
    audit_age_s=12.0,
    receive_age_s=1.23456,
    receiving_gap_s=160.0,
    tick_age_s=None,
    sends={"sent": 3},
    in_flight=1,
    is_ready=True,
)


class StandingClock(MovedClock):
    """Time passes only where it is moved."""

    def wall(self) -> datetime:
        return NOON


@dataclass
class Diary:
    """A program as the clock sees it: what is due when, what was done when, what still waits."""

    due: list[datetime] = field(default_factory=list)
    done: list[tuple[datetime, datetime]] = field(default_factory=list)  # (due, clock then)
    kept: list[timedelta] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    waiting: Unsettled = field(default_factory=lambda: Unsettled(inbox=0, outbox=0))
    follows: timedelta | None = None  # each thing done plans another so much later
    is_stuck: bool = False
    is_working: bool = False
    clock: StandingClock = field(default_factory=lambda: StandingClock(timedelta()))
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self) -> None:
        self.log.append("receive")

    async def run_due(self) -> None:
        now = self.clock.now()
        self.log.append("run_due")
        for moment in [moment for moment in self.due if moment <= now]:
            self.done.append((moment, now))
            if not self.is_stuck:
                self.due.remove(moment)
            if self.follows is not None:
                self.due.append(moment + self.follows)

    async def next_due(self) -> datetime | None:
        return min(self.due, default=None)

    async def unsettled(self) -> Unsettled:
        self.log.append("settle")
        return self.waiting

    async def audit(self) -> None:
        self.log.append("audit")

    async def keep_offset(self, offset: timedelta) -> None:
        assert self.clock.offset < offset, "written down before the clock is moved"
        self.kept.append(offset)

    def advance(self, *, patience_s: float = PATIENCE_S) -> Advance:
        around = Surroundings(
            opened=self.opened,
            changed=self.changed,
            receive=self.receive,
            run_due=self.run_due,
            next_due=self.next_due,
            unsettled=self.unsettled,
            is_working=lambda: self.is_working,
            keep_offset=self.keep_offset,
            moved=lambda: None,
            audit=self.audit,
        )
        return Advance(self.clock, around, patience_s=patience_s)


@dataclass
class Caller:
    """Somebody at the port."""

    url: str
    session: aiohttp.ClientSession

    async def get(self, path: str) -> tuple[int, Any]:
        async with self.session.get(f"{self.url}{path}") as answer:
            body = await answer.text()
            is_json = answer.content_type == "application/json"
            return answer.status, json.loads(body) if is_json else body

    async def moves(self, body: object) -> tuple[int, Any]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with self.session.post(f"{self.url}/clock", data=raw) as answer:
            return answer.status, await answer.json()


@asynccontextmanager
async def port(
    *, missing: tuple[str, ...] = (), advance: Advance | None = None, is_alive: bool = True
) -> AsyncIterator[Caller]:
    async def figures() -> Figures:
        return QUIET

    condition = Condition(is_alive=lambda: is_alive, missing=lambda: missing, figures=figures)
    routes = [] if advance is None else clock_routes(advance)
    opened = Port(make_app(condition, routes), "127.0.0.1", 0)
    await opened.open()
    async with aiohttp.ClientSession() as session:
        yield Caller(f"http://127.0.0.1:{opened.number}", session)
    await opened.close()
