"""A centre that has lost a day: nobody is asked twice, no alert is lost, and staff know whom to
call."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.clock import clock_for_command
from bot.usecases import enrol
from flows.model import Level, Role
from storage import backup, restore
from storage.database import Database
from storage.keyring import KeyRing
from storage.restore import Restored, Wish
from storage.transaction import Tx
from tests.e2e.conftest import Phone, World, on_both
from tests.e2e.scenes import CRITICAL, notice, takes, taps_all


@pytest.fixture
def reopened() -> Iterator[list[Database]]:
    """Closed after the world, which looks into it at its end."""
    databases: list[Database] = []
    yield databases
    for database in databases:
        database.close()


class Operator:
    """Backs the world up and brings it back, as the commands do."""

    def __init__(self, world: World, folder: Path, reopened: list[Database]) -> None:
        self.world, self.file, self.reopened = world, folder / "kabar.backup", reopened
        self.ring = KeyRing.load(world.settings.key_file)

    async def saves(self) -> None:
        await asyncio.to_thread(
            backup.save, self.world.database, self.file, self.ring, self.moments
        )

    async def restores(self) -> Restored:
        """While nobody has the database open, and then it goes on."""
        world = self.world
        await world.stops()
        await asyncio.to_thread(world.database.close)
        done = await asyncio.to_thread(
            restore.restore,
            world.settings.database_url,
            self.file,
            self.ring,
            Wish(replace=True),
            self.moments,
        )
        world.database = Database(world.settings.database_url, vault_keys=self.ring)
        self.reopened.append(world.database)
        await world.starts()
        await world.settles()
        return done

    def moments(self, tx: Tx) -> tuple[object, object]:
        clock = clock_for_command(tx, self.world.settings)
        return clock.now(), clock.wall()


@on_both
async def test_after_a_restore_nobody_is_asked_twice_and_alerts_still_reach_staff(
    reopened: list[Database], world: World, tmp_path: Path
) -> None:
    ratna = await world.staff("Ratna")
    dewi = await world.staff("Dewi", Role.SUPERVISOR)
    sari = await world.enrolled(ratna, "K-1", name="Sari")
    wati = await world.enrolled(ratna, "K-2", name="Wati")
    operator = Operator(world, tmp_path, reopened)
    await world.first_checkin(sari)
    await taps_all(sari, ["Mulai", "Tidak ada"])
    await operator.saves()
    await sari.writes(CRITICAL)
    await ratna.sees(notice("Kritis", "K-1"))
    await wati.writes("STOP")
    before = await sari.pushes()

    done = await operator.restores()

    families = {one.code: one.words for one in done.aftermath.families}
    assert families == {"K-1": 1, "K-2": 1}
    assert done.aftermath.quieted == 1
    assert await sari.pushes() == before
    await sari.writes(CRITICAL)
    await ratna.sees(notice("Kritis", "K-1"))
    assert await ratna.count(notice("Kritis", "K-1")) == 2
    await world.forward(minutes=16)
    await dewi.sees(notice("Kritis", "K-1"))
    await takes(ratna, notice("Kritis", "K-1"))
    stopped = await wati.pushes()
    await world.forward(days=8)
    assert await wati.pushes() == stopped


async def test_at_b_a_check_in_that_fell_due_since_is_left_out_and_the_next_one_comes(
    reopened: list[Database], world: World, tmp_path: Path
) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, "K-1", name="Sari", level=Level.DISCREET)
    await world.enrolled(ratna, "K-2", name="Wati", level=Level.DISCREET)
    operator = Operator(world, tmp_path, reopened)
    await operator.saves()
    greeted = len(await sari.pushes())
    await world.until(9, 1, days=1)
    before = await sari.pushes()
    assert len(before) > greeted  # she was asked, and nothing here will know of it

    done = await operator.restores()
    await world.forward(days=1, hours=2)

    assert await sari.pushes() == before
    assert done.aftermath.left_out == 2
    await world.forward(days=7)
    assert len(await sari.pushes()) > len(before)


async def test_after_a_restore_nothing_goes_to_a_phone_that_was_given_up_since(
    reopened: list[Database], world: World, tmp_path: Path
) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, "K-1", name="Sari")
    operator = Operator(world, tmp_path, reopened)
    await operator.saves()
    await moves_to(world, sari.owner_id, await world.meets("Sari yang baru"))
    before = await sari.pushes()

    done = await operator.restores()
    await world.forward(days=8)

    assert [(one.code, one.is_relinked) for one in done.aftermath.families] == [("K-1", True)]
    assert await sari.pushes() == before


async def moves_to(world: World, contact: str, phone: Phone) -> None:
    """She opens a new link on another phone."""

    def invite(tx: Tx) -> str:
        now = clock_for_command(tx, world.settings).now()
        return enrol.invite_contact(tx, contact, now=now).token or ""

    await phone.opens(await asyncio.to_thread(world.database.write_now, invite))
