"""What is kept for a time only goes after that time, piece by piece, and nothing else does."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from bot.scheduler.chores import EVERY, PIECES, run_chores
from storage import inbox, prune, settings, tables
from storage.database import Database
from storage.inbox import Arrived
from storage.keyring import KeyRing
from storage.rows import change
from storage.transaction import Tx

RING = KeyRing(keys={"one": bytes(32)}, current="one", index_key=bytes(32))
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
MONTH_LATER = NOW + timedelta(days=30, minutes=1)
i = tables.inbox


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with Database(database_url, vault_keys=RING) as opened:
        yield opened


def arrive(tx: Tx, *numbers: int, at: datetime = NOW) -> None:
    body = json.dumps({"text": "x"})
    page = [Arrived(update_id=one, kind="message", chat=str(one), body=body) for one in numbers]
    inbox.store(tx, "b", page, now=at)


def handle(tx: Tx, *numbers: int, at: datetime = NOW) -> None:
    for one in numbers:
        assert inbox.handled(tx, f"b:{one}", now=at)


def kept(tx: Tx) -> list[int]:
    """Update ids of rows that still have their body."""
    return list(
        tx.execute(select(i.c.update_id).where(i.c.body.is_not(None)).order_by(i.c.seq)).scalars()
    )


def count(tx: Tx, table: Any) -> int:
    return int(tx.execute(select(func.count()).select_from(table)).scalar_one())


async def test_bodies_go_a_month_after_they_were_handled_and_their_rows_stay(
    database: Database,
) -> None:
    await database.write(arrive, 1, 2, 3, 4)
    await database.write(handle, 1, 2)
    await database.write(handle, 3, at=NOW + timedelta(days=1))

    await run_chores(database, now=MONTH_LATER - timedelta(hours=2))
    before = await database.read(kept)
    await run_chores(database, now=MONTH_LATER)

    assert before == [1, 2, 3, 4]
    assert await database.read(kept) == [3, 4]
    await database.write(arrive, 1)
    assert await database.read(count, i) == 4, "a replay is still met"
    assert await database.read(inbox.waiting) == 1


async def test_a_message_that_nobody_could_handle_stays_until_staff_have_closed_its_alert(
    database: Database,
) -> None:
    await database.write(arrive, 1, 2, 3)
    await database.write(handle, 3)
    for row in ("b:1", "b:2"):
        for _ in range(inbox.LAST_TRY):
            await database.write(inbox.failed, row, now=NOW)
    await database.write(open_alert, "alert:b:1")
    await database.write(open_alert, "alert:b:2")
    await database.write(close_alert, "alert:b:1", at=NOW + timedelta(days=5))

    await run_chores(database, now=MONTH_LATER)
    first = await database.read(kept)
    await run_chores(database, now=MONTH_LATER + timedelta(days=5))

    assert first == [1, 2]
    assert await database.read(kept) == [2]


def open_alert(tx: Tx, alert: str) -> None:
    tx.execute(
        insert(tables.alerts).values(
            id=alert,
            kind="alert",
            urgency="tinggi",
            state="open",
            chain="[]",
            round=1,
            step=0,
            is_waiting=False,
            opened_at=NOW,
            tries=0,
        )
    )


def close_alert(tx: Tx, alert: str, *, at: datetime) -> None:
    change(tx, tables.alerts, tables.alerts.c.id == alert, state="closed", closed_at=at)


async def test_one_row_that_is_kept_does_not_hold_up_what_comes_before_it(
    database: Database,
) -> None:
    """An update that is stuck ends the walk there; what is behind it waits, and is not lost."""
    await database.write(arrive, 1, 2, 3)
    await database.write(handle, 1, 3)
    await run_chores(database, now=MONTH_LATER)
    before = await database.read(kept)
    await database.write(handle, 2, at=NOW)

    await run_chores(database, now=MONTH_LATER + EVERY)

    assert before == [2, 3]
    assert await database.read(kept) == []


async def test_failed_links_and_mended_findings_are_forgotten(database: Database) -> None:
    def fill(tx: Tx) -> None:
        for days in (0, 2):
            at = NOW - timedelta(days=days)
            tx.execute(insert(tables.attempts).values(chat_hash="h", at=at))
        for number, cleared in enumerate((None, NOW, NOW - timedelta(days=91))):
            tx.execute(
                insert(tables.findings).values(
                    id=f"f{number}", detail="{}", found_at=NOW, cleared_at=cleared
                )
            )

    await database.write(fill)

    await run_chores(database, now=NOW)

    assert await database.read(count, tables.attempts) == 1
    assert await database.read(count, tables.findings) == 2


async def test_much_is_done_in_several_passes_so_that_alerts_do_not_wait(
    database: Database,
) -> None:
    at_once = PIECES * prune.AT_ONCE
    rows = [{"chat_hash": "h", "at": NOW - timedelta(days=3)} for _ in range(at_once + 150)]
    await database.write(lambda tx: tx.execute(insert(tables.attempts), rows))

    await run_chores(database, now=NOW)
    left = await database.read(count, tables.attempts)
    await run_chores(database, now=NOW + timedelta(seconds=1))

    assert left == 150
    assert await database.read(count, tables.attempts) == 0
    assert (
        await database.read(settings.read, "prune_attempts_at")
        == (NOW + timedelta(seconds=1) + EVERY).isoformat()
    )


async def test_chores_come_hourly(database: Database) -> None:
    await run_chores(database, now=NOW)
    await database.write(
        lambda tx: tx.execute(
            insert(tables.attempts).values(chat_hash="h", at=NOW - timedelta(days=3))
        )
    )

    await run_chores(database, now=NOW + timedelta(minutes=59))
    early = await database.read(count, tables.attempts)
    await run_chores(database, now=NOW + timedelta(minutes=60))

    assert (early, await database.read(count, tables.attempts)) == (1, 0)
