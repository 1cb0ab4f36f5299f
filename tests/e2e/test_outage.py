"""After an outage of over an hour supervisors read once what was delayed."""

import re
from datetime import timedelta

from flows.model import Role
from tests.e2e.conftest import World
from tests.e2e.outages import returns_after, time_passes, was_away
from tests.e2e.scenes import CRITICAL, wrote

TOLD = "Kabar tidak menerima pesan dari"


async def test_supervisors_read_once_what_was_delayed(world: World) -> None:
    ratna, dewi = await world.staff("Ratna"), await world.staff("Dewi", Role.SUPERVISOR)
    budi = await world.staff("Budi", Role.HEAD)
    sari = await world.enrolled(ratna, name="Sari")
    await world.enrolled(ratna, "K-0002", name="Tuti")
    await world.until(8)
    await sari.writes(CRITICAL)
    told = await dewi.pushes()

    await world.stops()
    await world.write(time_passes, timedelta(hours=2, minutes=30))
    await wrote(world, sari, "hari ini hujan", minutes=70)
    await returns_after(world, hours=2, minutes=30)
    await world.forward(minutes=20)

    (words,) = [text for text in await dewi.pushes() if TOLD in text]
    assert re.search(r"dari (07\.59|08\.00) sampai 10\.(29|30|31)\. ", words)
    assert "Tertunda: 2 kabar, 1 pemberitahuan, 1 pesan keluarga, 0 pesan lain." in words
    for other in (ratna, budi, sari):
        assert not [text for text in await other.pushes() if TOLD in text]
    assert not [text for text in told if TOLD in text]


async def test_the_head_is_told_where_no_supervisor_is_linked_and_an_hour_is_not_long(
    world: World,
) -> None:
    budi = await world.staff("Budi", Role.HEAD)

    await was_away(world, minutes=55)
    assert not await budi.count(TOLD)
    await was_away(world, minutes=65)
    await world.settles()

    assert await budi.count(TOLD) == 1


async def test_a_clock_that_is_moved_is_no_outage(world: World) -> None:
    dewi = await world.staff("Dewi", Role.SUPERVISOR)

    await world.forward(days=3)
    await world.forward(hours=2)

    assert not await dewi.count(TOLD)
