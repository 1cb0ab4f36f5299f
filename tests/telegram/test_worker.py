"""Emptying the inbox: what fails is counted, what only came at a bad moment is not."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from bot.clock import SystemClock
from bot.telegram.messenger import open_bot
from bot.telegram.worker import Worker
from bot.usecases import enrol
from bot.usecases.room import Room
from flows import loader
from flows.model import CaseId, Level, Role
from storage import addresses, inbox, rotation, tables
from storage.database import Database, Tx
from storage.errors import CommitFailed, DatabaseBusy
from storage.inbox import Arrived
from storage.keyring import KeyRing
from tests.e2e.conftest import a_case, a_contact
from tests.telegram.lines import TOKEN, served

PATIENCE_S = 10
BOT = "4242"
GARBAGE = b"\x01 what somebody wrote into the database by hand"
SARI, STRANGER = 7, 8


@pytest.fixture(scope="module")
def room() -> Room:
    content = loader.load()
    return Room(content=content, detector=loader.detector(content), timezone="Asia/Jakarta")


@dataclass(repr=False)  # asyncio prints what a fixture gives; a room takes seconds
class Centre:
    """A worker, its database, and what came in."""

    folder: Path
    database: Database
    room: Room
    worker: Worker
    answered: asyncio.Event  # taps are answered from then on

    async def gets(self, number: int, chat: int, **more: Any) -> None:
        """A message with the words "halo", or the content given."""
        person = {"id": chat, "is_bot": False, "first_name": "Sari"}
        talk = {"id": chat, "type": "private", "first_name": "Sari"}
        said = {"message_id": number, "date": 1_770_000_000, "chat": talk, "from": person}
        kind, content = "message", {**said, "text": "halo"}
        if more.get("tap"):
            kind = "callback_query"
            content = {"id": "1", "from": person, "message": content, "chat_instance": "1"}
            content["data"] = "forged:0"
        update = {"update_id": number, kind: content}
        one = Arrived(update_id=number, kind=kind, chat=str(chat), body=json.dumps(update))
        await self.database.write(inbox.store, BOT, (one,), now=SystemClock().now())

    async def damages(self, table: Any, column: str, *where: Any) -> None:
        broken = update(table).where(*where).values({column: GARBAGE})
        await self.database.write(lambda tx: tx.execute(broken))

    async def enrols(self, chat: int) -> None:
        """A family whose phone is this chat."""

        def work(tx: Tx) -> None:
            now = SystemClock().now()
            worker = enrol.add_staff(
                tx, name="Ratna", role=Role.SOCIAL_WORKER, timezone="Asia/Jakarta", now=now
            )
            case = a_case("K-0142", worker.owner_id)
            contact = a_contact(CaseId(case.id), Level.OPEN, date(2026, 1, 5))
            made = enrol.add_case(tx, self.room, case, contact, now=now)
            addresses.link(tx, "contact", made.owner_id, chat, now=now)

        await self.database.write(work)

    async def rows(self) -> dict[int, tuple[str, int]]:
        """State and counted failures of each update."""
        i = tables.inbox

        def look(tx: Tx) -> dict[int, tuple[str, int]]:
            found = tx.execute(select(i)).all()
            return {row.update_id: (row.state, row.attempts) for row in found}

        return await self.database.read(look)

    async def alerts(self) -> list[tuple[str, str | None]]:
        a = tables.alerts
        return await self.database.read(
            lambda tx: [tuple(row) for row in tx.execute(select(a.c.id, a.c.case_id)).all()]
        )

    def by_hand(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.folder / "kabar.db")) as other, other:
            for statement in statements:
                other.execute(statement)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Let the database turn over until this holds."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                with suppress(CommitFailed, DatabaseBusy):
                    await self.database.write(lambda tx: None)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    ring = KeyRing.create(tmp_path / "kabar.keys")
    with Database(f"sqlite:///{tmp_path}/kabar.db", vault_keys=ring, patience_s=0.1) as opened:
        opened.write_now(lambda tx: tables.metadata.create_all(tx.connection))
        yield opened


@pytest.fixture
async def centre(tmp_path: Path, database: Database, room: Room) -> AsyncIterator[Centre]:
    answered = asyncio.Event()

    async def answer(_: web.Request) -> web.Response:
        await answered.wait()
        return web.json_response({"ok": True, "result": True})

    async with served(answer) as url:
        bot = open_bot(token=TOKEN, api_url=url)
        worker = Worker(database, room, SystemClock(), bot)
        yield Centre(tmp_path, database, room, worker, answered)
        await bot.session.close()


def put_off(caplog: pytest.LogCaptureFixture) -> int:
    return sum(vars(one).get("action") == "update_put_off" for one in caplog.records)


async def test_a_damaged_update_is_dead_after_three_tries_and_others_are_handled(
    centre: Centre,
) -> None:
    await centre.gets(1, STRANGER)
    await centre.damages(tables.inbox, "body")
    await centre.gets(2, STRANGER)
    await centre.gets(3, SARI)

    await centre.worker.drain()

    assert await centre.rows() == {1: ("dead", 3), 2: ("done", 0), 3: ("done", 0)}
    assert ("alert:4242:1", None) in await centre.alerts()


async def test_a_family_whose_record_is_damaged_is_asked_about_without_it(centre: Centre) -> None:
    await centre.enrols(SARI)
    await centre.damages(tables.cases, "nickname")
    await centre.gets(1, SARI)
    await centre.gets(2, STRANGER)

    await centre.worker.drain()

    assert await centre.rows() == {1: ("dead", 3), 2: ("done", 0)}
    assert ("alert:4242:1", None) in await centre.alerts()


async def test_a_failure_is_counted_even_where_nobody_can_be_asked(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    await centre.gets(1, SARI)
    await centre.damages(tables.inbox, "body")
    centre.by_hand(
        "CREATE TRIGGER refuse BEFORE INSERT ON alerts BEGIN SELECT RAISE(ABORT, 'no'); END"
    )

    await centre.worker.drain()

    assert await centre.rows() == {1: ("dead", 3)}
    (told,) = [vars(one) for one in caplog.records if vars(one).get("action") == "update_dead"]
    assert (told["row"], told["way"]) == ("4242:1", "give_up_unseen")


async def test_a_busy_database_costs_an_update_nothing(
    centre: Centre, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await centre.gets(1, SARI)

    with closing(sqlite3.connect(tmp_path / "kabar.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        draining = asyncio.ensure_future(centre.worker.drain())
        await centre.until(lambda: put_off(caplog) > 1 or draining.done())
        other.execute("ROLLBACK")
    await draining

    assert await centre.rows() == {1: ("done", 0)}


async def test_a_commit_that_failed_costs_an_update_nothing(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    await centre.gets(1, SARI)
    centre.by_hand(
        "CREATE TABLE nowhere (id INTEGER PRIMARY KEY)",
        "CREATE TABLE points (id INTEGER REFERENCES nowhere DEFERRABLE INITIALLY DEFERRED)",
        "CREATE TRIGGER refuse AFTER UPDATE OF state ON inbox WHEN NEW.state = 'done'"
        " BEGIN INSERT INTO points VALUES (1); END",
    )

    draining = asyncio.ensure_future(centre.worker.drain())
    await centre.until(lambda: put_off(caplog) > 1 or draining.done())
    centre.by_hand("DROP TRIGGER refuse")
    await draining

    assert await centre.rows() == {1: ("done", 0)}


async def test_what_is_in_hand_is_finished_before_the_next_may_drain(centre: Centre) -> None:
    await centre.gets(1, SARI, tap=True)
    await centre.gets(2, STRANGER)
    await centre.damages(tables.inbox, "body", tables.inbox.c.update_id == 2)
    centre.by_hand(
        "CREATE TRIGGER refuse BEFORE UPDATE OF attempts ON inbox"
        " BEGIN SELECT RAISE(ABORT, 'no'); END"
    )

    draining = asyncio.ensure_future(centre.worker.drain())
    for _ in range(30):
        await centre.database.write(lambda tx: None)
    assert not draining.done()
    centre.answered.set()
    with pytest.raises(IntegrityError):
        await draining

    assert await centre.rows() == {1: ("done", 0), 2: ("new", 0)}


async def test_a_key_file_without_the_new_key_costs_an_update_nothing(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    file = centre.folder / "kabar.keys"
    new = KeyRing.load(file).with_new_key()
    await centre.enrols(SARI)
    with Database(f"sqlite:///{centre.folder}/kabar.db", vault_keys=new) as elsewhere:
        elsewhere.write_now(changed, new.current)
    await centre.gets(1, SARI)
    await centre.gets(2, STRANGER)

    draining = asyncio.ensure_future(centre.worker.drain())
    await centre.until(lambda: put_off(caplog) > 1 or draining.done())
    waiting = await centre.rows()
    new.save(file)
    await draining

    assert waiting == {1: ("new", 0), 2: ("done", 0)}
    assert await centre.rows() == {1: ("done", 0), 2: ("done", 0)}
    assert ("alert:4242:1", None) not in await centre.alerts()  # that it was given up


def changed(tx: Tx, current: str) -> None:
    """Keys of people are wrapped anew; nobody has them in memory, as after a restart."""
    rotation.rewrap(tx, current, after="centre")
    tx.vault.destroy(tx, "contact:nobody", now=SystemClock().now())
