"""A year of the training data, played against an emulator of its own, and what was there then."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.sandbox import Sandbox
from bot.story.training import YEAR, TrainedPhone, rehearse
from bot.story.training.arrivals import take_in
from bot.story.training.deliveries import deliver
from bot.story.training.emulator import Emulator
from bot.usecases import enrol
from bot.usecases.room import Room
from flows.model import Role
from storage import migrate, tables
from storage.database import Database
from storage.transaction import Tx
from tests.postgres import copy_migrated

TOKEN, BOT = "700001:secret-of-a-test-bot", "700001"
STAFF = {"Ratna": Role.SOCIAL_WORKER, "Dewi": Role.SUPERVISOR}
PAST = datetime(2025, 3, 10, 3, tzinfo=UTC)
LATER = PAST + timedelta(days=34 * 70)
"""Two Mondays, 10.00 in Jakarta; so far apart that the tip of the day is the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What was there at the end. `chats` and `updates` are the emulator's own words."""

    trained: tuple[TrainedPhone, ...]
    staff: Mapping[str, str]
    chats: Mapping[int, Any]
    updates: list[Any]
    clock: datetime
    database: Database
    until: datetime

    def rows(self, query: Any) -> list[Any]:
        return self.database.read_now(lambda tx: list(tx.execute(query).all()))

    def read(self, fn: Callable[[Tx], Any]) -> Any:
        return self.database.read_now(fn)

    def case(self, code: str) -> str:
        found = self.rows(select(tables.cases.c.id).where(tables.cases.c.code == code))
        return str(found[0].id)

    def alerts(self, code: str) -> list[Any]:
        """Everything that staff were asked about this family, confirmations left out."""
        a = tables.alerts
        mine = (a.c.case_id == self.case(code), a.c.kind != "new_contact")
        return self.rows(select(a).where(*mine).order_by(a.c.opened_at))

    def checkins(self, code: str) -> list[Any]:
        c = tables.checkins
        return self.rows(select(c).where(c.c.case_id == self.case(code)).order_by(c.c.planned_at))


@contextmanager
def a_year(room: Room, folder: Path, until: datetime) -> Iterator[Played]:
    with a_database(folder) as database:
        yield asyncio.run(in_a_sandbox(play, database, room, until))


@contextmanager
def a_database(folder: Path) -> Iterator[Database]:
    url = f"sqlite:///{folder}/kabar.db"
    keys = migrate.prepare_key_file(url, folder / "kabar.key")
    copy_migrated(folder / "kabar.db")
    with Database(url, vault_keys=keys, patience_s=30) as database:
        yield database


async def in_a_sandbox(play: Callable[..., Any], *given: Any) -> Any:
    async with Sandbox() as sandbox:
        return await asyncio.to_thread(play, sandbox.url, *given)


def play(url: str, database: Database, room: Room, until: datetime) -> Played:
    staff = prepare(url, database, room, begins=until - YEAR)
    trained = rehearse(database, room, sandbox_url=url, token=TOKEN, workers=staff, until=until)
    with Emulator(url, TOKEN) as emulator:
        people = emulator.ask("GET", "people")["people"]
        chats = {one["id"]: emulator.ask("GET", f"people/{one['id']}/chat") for one in people}
        return Played(
            trained=trained,
            staff=staff,
            chats=chats,
            updates=emulator.ask("GET", "updates")["updates"],
            clock=emulator.now,
            database=database,
            until=until,
        )


def prepare(url: str, database: Database, room: Room, *, begins: datetime) -> dict[str, str]:
    """The emulator at that moment, with a bot and the staff of the story linked; their ids."""
    with Emulator(url, TOKEN) as emulator:
        emulator.ask("POST", "reset", {"begins_at": begins.timestamp()})
        emulator.ask("POST", "bots", {"token": TOKEN, "username": "kabar_latihan_bot"})
        emulator.updates()  # the bot says which kinds of updates it wants

        def link(tx: Tx, name: str, role: Role) -> str:
            zone = room.timezone
            made = enrol.add_staff(tx, name=name, role=role, timezone=zone, now=begins)
            person = emulator.ask("POST", "people", {"first_name": name})["id"]
            emulator.ask("POST", f"people/{person}/start", {"parameter": made.token})
            take_in(tx, room, emulator, BOT, families=frozenset(), now=begins)
            list(deliver(tx, emulator, now=begins))
            return made.owner_id

        return {name: database.write_now(link, name, role) for name, role in STAFF.items()}
