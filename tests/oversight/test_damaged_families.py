"""After a gap one family whose rows are damaged hinders nobody: neither others nor other duties."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.scheduler import ticks
from storage import gaps, settings, tables
from storage.gaps import Gap
from tests.e2e.scenes import CRITICAL
from tests.oversight.centres import Centre
from tests.oversight.conftest import SARI

TUTI = 7101
SEALED = b"\x01" * 60

DAMAGES = {
    "the payload of her question": ("outbox", "payload", SEALED, "owner_id"),
    "her data key": ("data_keys", "wrapped", SEALED, "subject"),
    "her level": ("contacts", "level", "zz", "id"),
    "her hours": ("contacts", "timezone", "Nowhere/AtAll", "id"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_one_damaged_family_keeps_no_other_from_being_asked_again(
    quiet: Centre, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    sari, tuti = two_in_danger(quiet)
    table, column, value, key = DAMAGES[damage]
    row = f"contact:{sari}" if key == "subject" else sari
    assert quiet.by_hand(f"UPDATE {table} SET {column} = %s WHERE {key} = %s", value, row)
    quiet.database.vault._ciphers.clear()  # as after a start
    had_a_gap(quiet)

    asyncio.run(ticks.run_due(quiet.database, quiet.room, now=quiet.now))

    o = tables.outbox
    asked = quiet.rows(select(o.c.owner_id).where(o.c.id.like("safety:%:after_gap:%")))
    assert {one.owner_id for one in asked} == {tuti}
    assert "not_asked_again" in [vars(one).get("action") for one in caplog.records]


def test_a_duty_that_cannot_be_looked_at_keeps_no_other_from_its_work(quiet: Centre) -> None:
    quiet.writes(SARI, CRITICAL)
    quiet.by_hand("ALTER TABLE contacts RENAME COLUMN next_due_at TO gone")
    quiet.clock.at += timedelta(hours=1)
    before = len(quiet.ids(tables.steps))

    try:
        with pytest.raises(ticks.LookFailed, match="plan"):
            asyncio.run(ticks.run_due(quiet.database, quiet.room, now=quiet.now))
    finally:  # the database serves other tests after this one
        quiet.by_hand("ALTER TABLE contacts RENAME COLUMN gone TO next_due_at")

    assert len(quiet.ids(tables.steps)) > before


def two_in_danger(centre: Centre) -> tuple[str, str]:
    """Two mothers who were asked whether they are safe."""
    (worker,) = (row.id for row in centre.rows(select(tables.staff.c.id)))
    (sari,) = (row.id for row in centre.rows(select(tables.contacts.c.id)))
    tuti = centre.family(TUTI, worker, "K-0002")
    for chat in (SARI, TUTI):
        centre.writes(chat, CRITICAL)
    return sari, tuti


def had_a_gap(centre: Centre) -> None:
    """It has just ended."""
    centre.clock.at += timedelta(minutes=5)
    begins = centre.now - timedelta(minutes=4)
    gap = Gap(begins=begins, ends=centre.now, offset=timedelta(), due_at=centre.now)
    centre.database.write_now(gaps.widen, settings.MISSED, gap)
