"""Two children on one phone at level B: told apart without a word about either."""

from datetime import date

from flows.model import Level
from tests.e2e.conftest import World, agreed
from tests.e2e.scenes import taps_all


async def test_at_b_two_children_are_told_apart_by_size(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, "K-1", level=Level.DISCREET, birth_date=date(2012, 5, 1))
    contact, token = await world.invited(
        ratna, "K-2", level=Level.DISCREET, birth_date=date(2018, 5, 1), nickname="Adik"
    )
    await sari.opens(token)
    await world.write(agreed, contact, now=await world.now())
    await world.first_checkin(sari)

    asked = []
    for _ in range(2):
        await sari.taps("Mulai")
        asked.append((await sari.last())["text"].split("hari ", 3)[-1])
        await taps_all(sari, ["Tidak ada"] * 4)
        await sari.taps("Tidak perlu")

    assert sorted(asked) == ["anak yang besar susah tidur?", "anak yang kecil susah tidur?"]
    answered = await world.rows("select contact_id, count(*) from answers group by contact_id")
    assert sorted(count for _, count in answered) == [5, 5]


async def test_one_child_is_just_the_child(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, "K-1", level=Level.DISCREET)
    await world.first_checkin(sari)

    await sari.taps("Mulai")

    await sari.sees_last("berapa hari anak susah tidur?")
