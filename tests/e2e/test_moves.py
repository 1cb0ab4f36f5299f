"""Cases keep the programme and the check-ins that they began with, until staff move them."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.usecases import case_facts, enrol, move_case
from bot.usecases.casework import Decision
from bot.usecases.errors import Refused
from flows.hours import local
from flows.model import Level, Risk
from tests.e2e.conftest import World
from tests.e2e.decisions import WHY, day, decides, shipped, with_content
from tests.e2e.scenes import taps_all

WAS = "Dalam 7 hari ini, berapa hari"
OURS = "Minggu ini, berapa hari"
HEAD = 'approved_by: "Psikolog Sentra"\napproved_on: 2026-01-02'


def new_words() -> dict[str, str]:
    """The check-ins in other words, approved, and a programme without the stage of terminasi."""
    programme = shipped("programme.yaml").replace('  - {id: termination, name: "Terminasi"}\n', "")
    form = shipped("checkins/mingguan-b.yaml").replace(WAS, OURS)
    form = form.replace("approved_by: null\napproved_on: null", HEAD)
    assert OURS in form
    return {"programme_yaml": programme, "checkins__mingguan-b_yaml": form}


async def test_a_case_keeps_its_words_until_it_is_moved_and_an_open_check_in_keeps_them_still(
    world: World, tmp_path: Path
) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, level=Level.DISCREET, risk=Risk.HIGH)
    await with_content(world, tmp_path / "ours", **new_words())
    await world.first_checkin(sari)
    await sari.taps("Mulai")
    await sari.sees_last(WAS)

    moved = await decides(world, move_case.move_one, stage=None)
    again = await decides(world, move_case.move_one, stage=None)

    assert (moved.already, again.already) == (False, True)
    assert (
        "mingguan-b: was approved by nobody, is now approved by Psikolog Sentra on 2026-01-02"
        in moved.lines
    )
    await sari.taps("Tidak ada")
    await sari.sees_last(WAS)
    await taps_all(sari, ["Tidak ada"] * 3)
    await world.until(9, 1, days=6)
    await sari.taps("Mulai")
    await sari.sees_last(OURS)


async def test_a_stage_that_is_gone_is_named_before_anything_moves(
    world: World, tmp_path: Path
) -> None:
    ratna = await world.staff("Ratna")
    await world.enrolled(ratna, "K-1")
    sari = await world.enrolled(ratna, "K-2", name="Wati")
    await decides(world, case_facts.set_stage, "K-2", stage="termination")
    await with_content(world, tmp_path / "ours", **new_words())
    now = await world.now()

    with pytest.raises(Refused, match=r"Nothing was moved.*K-2 \(termination\)"):
        await world.write(move_case.move_all, world.room, WHY, now=now)
    with pytest.raises(Refused, match="There is no stage 'termination'"):
        await decides(world, move_case.move_one, "K-2", stage=None)
    versions = await world.rows("select distinct programme_version from cases")
    assert len(versions) == 1
    await decides(world, move_case.move_one, "K-2", stage="follow_up")
    moved = await world.write(move_case.move_all, world.room, WHY, now=await world.now())

    assert [(one.case.code, one.already) for one in moved] == [("K-1", False), ("K-2", True)]
    await world.first_checkin(sari)


async def test_a_stage_that_asks_nothing_ends_sends_and_one_that_asks_begins_tomorrow(
    world: World,
) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, risk=Risk.HIGH)
    await world.first_checkin(sari)
    seen = await sari.pushes()

    await decides(world, case_facts.set_stage, stage="evaluation", why=Decision())

    await world.forward(days=24)
    assert await sari.pushes() == seen
    here = await day(world)
    await decides(world, case_facts.set_stage, stage="follow_up", why=Decision())
    await world.until(9, 1)
    assert (await day(world) - here).days == 1
    assert len(await sari.pushes()) == len(seen) + 1
    await sari.sees_last("Apa kabar minggu ini?")


async def test_a_new_programme_is_a_new_rhythm_for_who_is_moved_at_each_level(
    world: World, tmp_path: Path
) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, risk=Risk.HIGH)
    await world.first_checkin(sari)
    here = await day(world)
    steps = "[{until_week: 52, every_days: 12}]"
    rarer = f"levels: {{B: {{high: {steps}, medium: {steps}, low: {steps}}}}}\n"
    programme = shipped("programme.yaml").replace(
        "  high:\n    - {until_week: 52, every_days: 7}",
        "  high:\n    - {until_week: 52, every_days: 9}",
    )
    await with_content(world, tmp_path / "ours", programme_yaml=programme + rarer)
    assert await comes_on(world) == here + timedelta(days=7)

    await decides(world, move_case.move_one, stage=None)
    assert await comes_on(world) == here + timedelta(days=9)

    held = {"level": Level.DISCREET, "on": here, "duress_word": None}
    await world.write(enrol.interview, sari.owner_id, **held, now=await world.now())
    assert await comes_on(world) == here + timedelta(days=12)


async def comes_on(world: World) -> date:
    """The local day on which something comes next."""
    (row,) = await world.rows("select next_due_at from contacts")
    at = row[0] if isinstance(row[0], datetime) else datetime.fromisoformat(row[0])
    return local(at.replace(tzinfo=at.tzinfo or UTC), "Asia/Jakarta").date()
