"""With an old copy of the key file nothing is given up: what needs the new key waits for it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from bot.scheduler import ticks
from flows.model import Role
from storage import gaps, settings, staff, tables
from storage.errors import KeyFileOutdated
from tests.e2e.scenes import CRITICAL
from tests.oversight.centres import Centre
from tests.oversight.conftest import SARI
from tests.oversight.test_damaged_families import had_a_gap, two_in_danger
from tests.oversight.test_damaged_staff import told

BUDI = 5101


@contextmanager
def without_the_key(centre: Centre, subject: str) -> Iterator[None]:
    """What is this person's was wrapped by a key that this machine's file lacks."""
    k = tables.data_keys
    (row,) = centre.rows(select(k.c.key_id).where(k.c.subject == subject))
    statement = "UPDATE data_keys SET key_id = %s WHERE subject = %s"
    assert centre.by_hand(statement, "newer", subject)
    centre.database.vault._ciphers.clear()  # as after a start
    yield
    assert centre.by_hand(statement, row.key_id, subject)


def test_an_alert_comes_again_and_does_not_begin_to_wait_for_a_link(quiet: Centre) -> None:
    (worker,) = (row.id for row in quiet.rows(select(tables.staff.c.id)))
    quiet.staff(BUDI, Role.ADMIN)  # whom no chain reaches, and whose key is there

    with without_the_key(quiet, staff.subject(worker)), pytest.raises(KeyFileOutdated):
        quiet.writes(SARI, CRITICAL)

    assert quiet.ids(tables.alerts) == []
    quiet.writes(SARI, CRITICAL)
    assert told(quiet) == {worker}


def test_a_chain_goes_on_meanwhile_and_finds_everybody_once_the_key_is_there(quiet: Centre) -> None:
    (worker,) = (row.id for row in quiet.rows(select(tables.staff.c.id)))
    dewi = quiet.staff(BUDI, Role.SUPERVISOR)
    quiet.writes(SARI, CRITICAL)

    with without_the_key(quiet, staff.subject(staff.StaffId(dewi))):
        quiet.passes(minutes=16)
    assert told(quiet) == {worker}
    quiet.passes(minutes=31)

    assert told(quiet) == {worker, dewi}


def test_a_family_is_asked_again_once_the_key_is_there(quiet: Centre) -> None:
    sari, tuti = two_in_danger(quiet)
    had_a_gap(quiet)

    with without_the_key(quiet, f"contact:{sari}"), pytest.raises(ticks.LookFailed, match="again"):
        asyncio.run(ticks.run_due(quiet.database, quiet.room, now=quiet.now))
    assert quiet.database.read_now(gaps.pending, settings.MISSED) is not None
    asyncio.run(ticks.run_due(quiet.database, quiet.room, now=quiet.now))

    o = tables.outbox
    asked = quiet.rows(select(o.c.owner_id).where(o.c.id.like("safety:%:after_gap:%")))
    assert {one.owner_id for one in asked} == {sari, tuti}
