"""A sender on a real database, with a moved clock and a Telegram that does as it is told."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, select

from bot.delivery.pacing import Rates
from bot.delivery.sender import Sender
from bot.ports import Instruction, Outcome, Sent
from storage import deliveries, outbox, tables
from storage.addresses import Address, chat_hash
from storage.database import Database, Tx
from storage.keyring import KeyRing
from storage.outbox import Key, Outgoing, Payload

PATIENCE_S = 10
STAFF = ("2002", "3003")


class Clock:
    """Two clocks that stand still until they are moved, and one that runs and can be moved."""

    def __init__(self) -> None:
        self.moved = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
        self.system = datetime(2025, 11, 24, 3, 0, tzinfo=UTC)
        self._ahead_s = 0.0

    def now(self) -> datetime:
        return self.moved

    def wall(self) -> datetime:
        return self.system

    def monotonic(self) -> float:
        return self._ahead_s + time.monotonic()

    def forward(self, **time: float) -> None:
        """Time goes by on all three."""
        gone = timedelta(**time)
        self.moved += gone
        self.system += gone
        self._ahead_s += gone.total_seconds()


class Telegram:
    """What was delivered, in order, and what is answered: `answers` first, then Sent."""

    def __init__(self) -> None:
        self.seen: list[Instruction] = []
        self.answers: deque[Outcome | Exception] = deque()
        self.open = asyncio.Event()
        self.open.set()
        self._numbers = iter(range(1, 10_000))
        self._news = asyncio.Event()

    @property
    def texts(self) -> list[str]:
        return [each.payload.text for each in self.seen]

    def holds(self) -> None:
        """From now on calls hang until `open` is set."""
        self.open.clear()

    async def deliver(self, instruction: Instruction) -> Outcome:
        answer = self.answers.popleft() if self.answers else None
        self.seen.append(instruction)
        self._news.set()
        await self.open.wait()
        if isinstance(answer, Exception):
            raise answer
        number = next(iter(instruction.numbers), None) or next(self._numbers)
        return answer or Sent(message_no=number)

    async def gets(self, *texts: str) -> None:
        """Wait until these have been delivered, these alone, in this order."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.seen) < len(texts):
                self._news.clear()
                await self._news.wait()
        assert self.texts == list(texts)


class Office:
    """The outbox, and whoever empties it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = Clock()
        self.telegram = Telegram()
        self.unreachable: list[tuple[str, str, str]] = []
        self.on_unreachable: Callable[..., Any] = self._note_unreachable
        self.rates = Rates(total=1000, chat=1000)
        self._committed = asyncio.Event()
        loop = asyncio.get_running_loop()
        database.on_commit(lambda: loop.call_soon_threadsafe(self._committed.set))

    @classmethod
    async def open(cls, database: Database) -> "Office":
        """With all tables, in a new database."""
        await database.write(lambda tx: tables.metadata.create_all(tx.connection))
        return cls(database)

    async def put(self, row: str, *, to: str = "1001", **more: object) -> None:
        """A row whose text is its id."""
        plain = {"lane": 2, "kind": "question_a", "verb": "send", "not_before": self.clock.moved}
        await self.database.write(self._enqueue, row, to, plain | more)

    def _enqueue(self, tx: Tx, row: str, to: str, plain: dict[str, Any]) -> None:
        address = Address(
            owner_kind="staff" if to in STAFF else "contact",
            owner_id=f"person {to}",
            chat_hash=chat_hash(tx, to),
            number=to,
            is_active=True,
        )
        keys = ((Key(label="Lihat", act={}),),) if plain.pop("keys", False) else ()
        out = Outgoing(id=row, address=address, payload=Payload(text=row, keys=keys), **plain)
        outbox.enqueue(tx, out, now=self.clock.moved)

    async def row(self, row: str) -> Row[tuple[object, ...]]:
        o = tables.outbox
        return await self.database.read(lambda tx: tx.execute(select(o).where(o.c.id == row)).one())

    async def rows(self) -> dict[str, Row[tuple[object, ...]]]:
        o = tables.outbox
        rows = await self.database.read(lambda tx: tx.execute(select(o)).all())
        self._committed.clear()
        return {row.id: row for row in rows}

    async def next_commit(self) -> None:
        """Since `rows`, or a second later: what waits for a clock makes no commit."""
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._committed.wait()

    async def sees(self, row: str, state: str) -> None:
        """Wait until this row is in this state."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                self._committed.clear()
                if (await self.row(row)).state == state:
                    return
                await self._committed.wait()

    async def sees_nothing_due(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                self._committed.clear()
                if not await self.database.read(deliveries.unsettled, now=self.clock.moved):
                    return
                await self._committed.wait()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Let the database turn over until this holds."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                await self.database.write(lambda tx: None)

    async def crash(self, *rows: str) -> None:
        """A process dies with these on their way."""
        self.telegram.holds()
        running = asyncio.create_task(self.new_sender().run())
        await self.telegram.gets(*rows)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        self.telegram.open.set()

    def new_sender(self, **more: Any) -> Sender:
        made = Sender(
            **{
                "database": self.database,
                "messenger": self.telegram,
                "clock": self.clock,
                "rates": self.rates,
                "on_unreachable": self._tell,
                "repeat_mark": " (ulang)",
            }
            | more
        )
        self.database.on_commit(made.ring)
        return made

    @asynccontextmanager
    async def sender(self, **more: Any) -> AsyncIterator[Sender]:
        """Runs beside the scene and is stopped in order at its end."""
        made = self.new_sender(**more)
        running = asyncio.create_task(made.run())
        try:
            yield made
        finally:
            self.telegram.open.set()
            await made.stop()
            await running

    async def _tell(self, owner_kind: str, owner_id: str, row: str) -> None:
        await self.on_unreachable(owner_kind, owner_id, row)

    async def _note_unreachable(self, *who: str) -> None:
        self.unreachable.append(who)


@pytest.fixture
async def beside(postgres_url: str, tmp_path: Path) -> AsyncIterator[tuple[Office, Office]]:
    """Two programs at one PostgreSQL, with one clock."""
    ring = KeyRing.create(tmp_path / "kabar.keys")
    databases = [Database(postgres_url, vault_keys=ring) for _ in range(2)]
    one, other = (Office(database) for database in databases)
    other.clock = one.clock
    yield one, other
    for database in databases:
        await asyncio.to_thread(database.close)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    ring = KeyRing.create(tmp_path / "kabar.keys")
    database = Database(f"sqlite:///{tmp_path}/kabar.db", vault_keys=ring, patience_s=0.1)
    yield await Office.open(database)
    await asyncio.to_thread(database.close)
