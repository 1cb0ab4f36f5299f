"""Two programs on one PostgreSQL, and pieces of both that really meet.

The first piece is held just before its commit; the second is started, and must either wait for it
or see that there is nothing left to do.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.usecases import enrol
from bot.usecases.incoming import NO_SIGNS, Incoming
from bot.usecases.record import move_contact
from bot.usecases.room import Room
from flows import loader
from flows.events import ContactMoved
from flows.model import ContactState, Level, Role
from storage import addresses, contacts, inbox
from storage.database import Database
from storage.inbox import Arrived
from storage.keyring import KeyRing
from storage.transaction import Tx
from tests.e2e.records import a_case, a_contact
from tests.postgres import Server

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # ten in the morning in Jakarta
RATNA, DEWI, SARI, TONO = 11, 12, 13, 14
PATIENCE_S = 10
WAITS = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = '{}'"


@pytest.fixture(scope="module")
def room() -> Room:
    content = loader.load()
    detector = loader.detector(content)
    return Room(content=content, detector=detector, timezone="Asia/Jakarta")


@dataclass(repr=False)  # asyncio shows what a fixture yields, and this is the whole content
class Centre:
    """Ratna, Dewi the supervisor and Sari's family, and two programs on one database."""

    here: Database
    there: Database
    room: Room
    server: Server
    url: str
    contact: str = ""
    messages: int = field(default=0)

    def come(self, chat: int, **act: Any) -> Incoming:
        """One act, stored in the inbox."""
        self.messages += 1
        text = act.get("text")
        arrived = Arrived(update_id=self.messages, kind="message", chat=str(chat), body="{}")
        self.here.write_now(inbox.store, "1", [arrived], now=NOW)
        signs = self.room.detector.find(text) if text else NO_SIGNS
        fields = {"message_no": self.messages, "signs": signs, "at": NOW, **act}
        return Incoming(id=f"1:{self.messages}", chat=chat, **fields)

    async def meet(self, first: Callable[[Tx], Any], second: Callable[[Tx], Any]) -> list[Any]:
        """What came of both, where the second begins before the first is committed."""
        reached, go_on = Event(), Event()

        def hold(tx: Tx) -> Any:
            said = first(tx)
            reached.set()
            assert go_on.wait(PATIENCE_S)
            return said

        one = asyncio.ensure_future(self.here.write(hold))
        assert await asyncio.to_thread(reached.wait, PATIENCE_S)
        other = asyncio.ensure_future(self.there.write(second))
        while not other.done() and not await asyncio.to_thread(self._waits):
            await asyncio.wait([other], timeout=0.01)
        go_on.set()
        return await asyncio.gather(one, other)

    def count(self, table: Any, *where: Any) -> int:
        query = select(func.count()).select_from(table).where(*where)
        return self.here.read_now(lambda tx: int(tx.execute(query).scalar_one()))

    def _waits(self) -> bool:
        name = self.url.partition("@/")[2].partition("?")[0]
        return bool(self.server.asks(self.url, WAITS.format(name))[0][0])


def people(tx: Tx, room: Room, centre: Centre) -> None:
    ratna = enrol.add_staff(
        tx, name="Ratna", role=Role.SOCIAL_WORKER, timezone=room.timezone, now=NOW
    )
    dewi = enrol.add_staff(tx, name="Dewi", role=Role.SUPERVISOR, timezone=room.timezone, now=NOW)
    case = a_case("K-0142", ratna.owner_id)
    contact = a_contact(case.id, Level.OPEN, NOW.date())
    enrol.add_case(tx, room, case, contact, now=NOW)
    for kind, owner, chat in (
        ("staff", ratna.owner_id, RATNA),
        ("staff", dewi.owner_id, DEWI),
        ("contact", contact.id, SARI),
    ):
        addresses.link(tx, kind, owner, chat, now=NOW)
    found = contacts.get(tx, contact.id)
    assert found is not None
    move_contact(tx, found, ContactMoved(state=ContactState.ACTIVE), now=NOW)
    centre.contact = contact.id


@pytest.fixture
async def centre(
    postgres: Server, postgres_url: str, room: Room, tmp_path: Path
) -> AsyncIterator[Centre]:
    keys = KeyRing.create(tmp_path / "kabar.key")
    with (
        Database(postgres_url, vault_keys=keys) as here,
        Database(postgres_url, vault_keys=keys) as there,
    ):
        made = Centre(here=here, there=there, room=room, server=postgres, url=postgres_url)
        here.write_now(people, room, made)
        yield made
