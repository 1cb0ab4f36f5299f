"""Due rows are done in order; one that fails is put off and holds nobody up."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.scheduler import ticks
from bot.usecases import enrol
from bot.usecases.room import Room
from flows import loader
from flows.model import ContactState, Level, Role
from storage import contacts, days, migrate, tables
from storage.database import Database
from storage.rows import change
from storage.transaction import Tx
from tests.e2e.conftest import a_case, a_contact
from tests.postgres import copy_migrated

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path}/kabar.db"
    keys = migrate.prepare_key_file(url, tmp_path / "kabar.key")
    copy_migrated(tmp_path / "kabar.db")
    with Database(url, vault_keys=keys) as opened:
        yield opened


@pytest.fixture(scope="module")
def room() -> Room:
    content = loader.load()
    return Room(
        content=content,
        detector=loader.detector(content),
        timezone="Asia/Jakarta",
    )


def two_families(tx: Tx, room: Room) -> tuple[str, str]:
    worker = enrol.add_staff(
        tx, name="Ratna", role=Role.SOCIAL_WORKER, timezone="Asia/Jakarta", now=NOW
    )
    made = []
    for code in ("K-0001", "K-0002"):
        case = a_case(code, worker.owner_id)
        contact = a_contact(case.id, Level.DISCREET, None)
        enrol.add_case(tx, room, case, contact, now=NOW)
        contacts.update(tx, contact.id, state=ContactState.ACTIVE, next_due_at=NOW)
        days.look(tx, case.id, None)  # the rules of a day are another duty
        made.append(contact.id)
    return made[0], made[1]


def planned(tx: Tx, contact: str) -> datetime | None:
    return contacts.next_due_at(tx, contacts.ContactId(contact))


async def test_a_row_that_fails_is_put_off_and_the_others_are_done(
    database: Database, room: Room
) -> None:
    broken, sound = await asyncio.to_thread(database.write_now, two_families, room)
    await asyncio.to_thread(
        database.write_now,
        lambda tx: change(
            tx, tables.contacts, tables.contacts.c.id == broken, timezone="Nowhere/AtAll"
        ),
    )

    done = await ticks.run_due(database, room, now=NOW)

    assert done == 1
    found = [await database.read(planned, one) for one in (broken, sound)]
    assert found[0] == NOW + timedelta(minutes=1)
    assert found[1] is not None and found[1] > NOW + timedelta(days=1)
    assert await database.read(ticks.next_due, now=NOW) == NOW + timedelta(minutes=1)


@pytest.mark.parametrize("moment", ["zz", "1zz"])
async def test_a_moment_that_is_none_hinders_neither_others_nor_the_clock(
    database: Database, room: Room, moment: str
) -> None:
    """SQLite keeps whatever is written by hand."""
    broken, sound = await asyncio.to_thread(database.write_now, two_families, room)
    change = text("update contacts set next_due_at = :moment where id = :id")
    await database.write(lambda tx: tx.execute(change, {"moment": moment, "id": broken}).rowcount)

    await ticks.run_due(database, room, now=NOW)

    found = await database.read(planned, sound)
    assert found is not None and found > NOW + timedelta(days=1)
    await database.read(ticks.next_due, now=NOW)


async def test_when_nothing_else_is_due_a_moment_that_is_none_is_left_out(
    database: Database, room: Room
) -> None:
    await asyncio.to_thread(database.write_now, two_families, room)
    change = text("update contacts set next_due_at = 'zz'")
    await database.write(lambda tx: tx.execute(change).rowcount)

    assert await database.read(ticks.next_due, now=NOW) is None
