"""Centres to be backed up and restored: every table with rows in it, and families with words."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary, Table, insert, select

from bot.usecases import enrol
from bot.usecases.room import Room
from flows import loader
from flows.events import WordsKept
from flows.model import ContactState, Level, Role
from storage import addresses, backup, contacts, migrate, outbox, restore, tables, words
from storage.backup import Saved
from storage.columns import Moment
from storage.database import Database
from storage.keyring import KeyRing
from storage.outbox import Lane, Outgoing, Payload
from storage.restore import Restored, Wish
from storage.transaction import Tx
from storage.words import Writer
from tests.e2e.records import a_case, a_contact

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=6)
CANARY = "kemarin sore dia tidak mau pulang"


@dataclass(kw_only=True)
class Centre:
    """One database with its key file. What time it is is said, not read."""

    url: str
    ring: KeyRing
    folder: Path
    now: datetime = NOW

    @contextmanager
    def opened(self, ring: KeyRing | None = None) -> Iterator[Database]:
        with Database(self.url, vault_keys=ring or self.ring) as database:
            yield database

    def does(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with self.opened() as database:
            return database.write_now(fn, *args, **kwargs)

    def asks(self, fn: Callable[..., Any], *args: Any) -> Any:
        with self.opened() as database:
            return database.read_now(fn, *args)

    def saves(self, name: str = "kabar.backup") -> Path:
        self.saved(name)
        return self.folder / name

    def saved(self, name: str = "kabar.backup") -> Saved:
        with self.opened() as database:
            return backup.save(database, self.folder / name, self.ring, self.moments)

    def restores(self, file: Path, **wish: Any) -> Restored:
        return restore.restore(self.url, file, self.ring, Wish(**wish), self.moments)

    def moments(self, _: Tx) -> tuple[datetime, datetime]:
        return self.now, self.now


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing.create(tmp_path / "kabar.key")


@pytest.fixture
def centre(database_url: str, ring: KeyRing, tmp_path: Path) -> Centre:
    """On one engine after the other."""
    return Centre(url=database_url, ring=ring, folder=tmp_path)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables, of which copies are quickly made."""
    file = tmp_path_factory.mktemp("migrated") / "kabar.db"
    migrate.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def small(tmp_path: Path, ring: KeyRing, migrated: Path) -> Centre:
    """On SQLite alone."""
    file = shutil.copy(migrated, tmp_path / "small.db")
    return Centre(url=f"sqlite:///{file}", ring=ring, folder=tmp_path)


@pytest.fixture
def elsewhere(tmp_path: Path, ring: KeyRing) -> Centre:
    """A machine with the same key file and nothing else."""
    return Centre(url=f"sqlite:///{tmp_path}/elsewhere/kabar.db", ring=ring, folder=tmp_path)


@pytest.fixture(scope="session")
def room() -> Room:
    content = loader.load()
    detector = loader.detector(content)
    return Room(content=content, detector=detector, timezone="Asia/Jakarta")


# Every table ------------------------------------------------------------------------------------


def fill(tx: Tx, ring: KeyRing, *, rows: int = 3) -> None:
    """Rows in every table: the first with every column, the others without what may be missing."""
    for table in tables.metadata.sorted_tables:
        for number in range(1 if table is tables.erasures else rows):
            values = {one.name: _value(table, one, number, ring) for one in table.columns}
            tx.execute(insert(table).values(values))


def _value(table: Table, one: Column[Any], number: int, ring: KeyRing) -> object:
    special = {
        "data_keys.key_id": ring.current,
        "data_keys.destroyed_at": None if number else NOW,
        "data_keys.wrapped": b"\x00\xff" * 30 if number else None,
        "contacts.level": "B",
    }
    if f"{table.name}.{one.name}" in special:
        return special[f"{table.name}.{one.name}"]
    if (table.name, one.name) == ("erasures", "subject"):
        return _plain(tables.data_keys.c.subject, number)
    if one.nullable and number:
        return None
    for key in one.foreign_keys:
        return _plain(key.column, number)
    return _plain(one, number)


def _plain(one: Column[Any], number: int) -> object:
    match one.type:
        case Moment():
            return NOW - timedelta(days=9 - number, microseconds=number)
        case Date():
            return date(2026, 1, 1 + number)
        case Boolean():
            return number % 2 == 0
        case LargeBinary():
            return bytes([number, 0, 255, 10]) * 20
        case Integer():
            return 7_000_000_000 + number if one.name == "update_id" else 40 + number
    return f"{one.table.name}-{one.name}-{number} é😀\n"


def everything(tx: Tx) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables that a backup holds."""
    return {
        table.name: [
            tuple(row) for row in tx.execute(select(table).order_by(*table.primary_key.columns))
        ]
        for table in backup.kept_tables()
    }


# Families ---------------------------------------------------------------------------------------


def a_family(tx: Tx, room: Room, code: str = "K-0001", *, level: Level = Level.DISCREET) -> str:
    """A mother who takes part; the id of the contact."""
    worker = enrol.add_staff(
        tx, name="Ratna", role=Role.SOCIAL_WORKER, timezone="Asia/Jakarta", now=NOW
    )
    case = a_case(code, worker.owner_id)
    held_on = NOW.date() - timedelta(days=1) if level is Level.OPEN else None
    contact = a_contact(case.id, level, held_on)
    enrol.add_case(tx, room, case, contact, now=NOW - timedelta(days=1))
    addresses.link(tx, "contact", contact.id, 500_000 + len(code), now=NOW)
    contacts.update(tx, contact.id, state=ContactState.ACTIVE, next_due_at=NOW + timedelta(days=7))
    return str(contact.id)


def writes(tx: Tx, contact: str, text: str, *, cause: str, at: datetime) -> None:
    found = contacts.get(tx, contact)
    assert found is not None
    kept = WordsKept(text=text, signs_level="none", is_command=False, checkin=None)
    by = Writer(chat_hash="a-chat", contact=found.id, case=found.case)
    assert words.keep(tx, kept, cause=cause, writer=by, message_no=None, at=at)


def puts(tx: Tx, contact: str, row: str, **more: Any) -> None:
    """One row of the outbox for this mother."""
    address = addresses.of(tx, "contact", contact)
    assert address is not None
    fields: dict[str, Any] = {
        "id": row,
        "lane": Lane.CHECKIN,
        "kind": "opening",
        "verb": "send",
        "address": address,
        "payload": Payload(text="Apa kabar?"),
        "not_before": NOW,
    }
    assert outbox.enqueue(tx, Outgoing(**{**fields, **more}), now=NOW)


def state_of(tx: Tx, row: str) -> tuple[str, str | None, str | None]:
    o = tables.outbox
    found = tx.execute(select(o.c.state, o.c.error, o.c.lease).where(o.c.id == row)).one()
    return found.state, found.error, found.lease
