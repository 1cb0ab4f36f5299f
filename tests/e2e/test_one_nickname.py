"""Two children on one phone with one nickname: until staff change one, the second one waits."""

from bot.usecases import case_facts
from flows.model import Level, Risk
from tests.e2e.conftest import World
from tests.e2e.decisions import decides, plan_tasks
from tests.e2e.phones import Phone
from tests.e2e.scenes import taps_all


async def second_child(world: World, ratna: Phone, sari: Phone, **more: object) -> None:
    """She opens the link for another child, is confirmed, and agrees."""
    _, token = await world.invited(ratna, "K-2", risk=Risk.HIGH, **more)
    await sari.opens(token)
    await sari.taps("Lanjut")
    await ratna.taps("Orangnya di depan saya")
    if more.get("level", Level.OPEN) is Level.OPEN:
        await taps_all(sari, ["Lanjut", "Lanjut"])
    await sari.taps("Setuju")


async def planned_for(world: World, code: str) -> list[str]:
    rows = await world.rows(
        "select checkins.state from checkins join cases on cases.id = checkins.case_id "
        f"where cases.code = '{code}' order by planned_at"
    )
    return [row[0] for row in rows]


async def test_the_second_child_of_that_name_waits_until_one_is_changed(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, "K-1", risk=Risk.HIGH)
    await second_child(world, ratna, sari)
    assert await plan_tasks(world) == ["same_nickname"], "one task, however often it is found"
    await world.first_checkin(sari)

    assert await planned_for(world, "K-1") == ["asked"]
    assert await planned_for(world, "K-2") == ["cancelled"]

    await decides(world, case_facts.set_nickname, "K-2", nickname="Adik")
    await world.forward(days=7)
    assert (await planned_for(world, "K-2"))[-1] != "cancelled"


async def test_at_b_no_name_is_shown_and_nobody_waits(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, "K-1", risk=Risk.HIGH, level=Level.DISCREET)
    await second_child(world, ratna, sari, level=Level.DISCREET)
    await world.first_checkin(sari)

    assert "cancelled" not in await planned_for(world, "K-1") + await planned_for(world, "K-2")


async def test_different_names_are_no_task(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, "K-1", risk=Risk.HIGH)
    await second_child(world, ratna, sari, nickname="Adik")

    assert await plan_tasks(world) == []
