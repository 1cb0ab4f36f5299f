"""A pause, a longer programme, another risk, days without messages: the plan is changed by hand."""

from datetime import date, timedelta
from pathlib import Path

from bot.usecases import case_ends, case_facts, contact_hours
from flows.hours import local
from flows.model import Level, Risk
from storage import standings
from tests.e2e.conftest import World, agreed
from tests.e2e.decisions import WHY, day, decides, plan_tasks, shipped, with_content
from tests.e2e.phones import Phone
from tests.e2e.scenes import labels_of


async def comes_next(world: World, contact: Phone) -> tuple[str, str] | None:
    """(local day, slot) of what is planned for this contact."""

    def read(tx: object) -> object:
        case = next(one.id for one in standings.every_case(tx))  # type: ignore[arg-type]
        return standings.planned(tx, case)[contact.owner_id]  # type: ignore[arg-type, index]

    at, slot = world.database.read_now(read)  # type: ignore[misc]
    return None if at is None else (str(local(at, "Asia/Jakarta").date()), slot)


async def test_a_pause_takes_the_open_question_and_ends_by_itself_in_the_old_rhythm(
    world: World,
) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await world.first_checkin(sari)
    await sari.taps("Mulai")
    asked, until = await day(world), await day(world, 10)

    await decides(world, case_ends.pause, until=until)

    assert labels_of(await sari.last()) == []
    seen = await sari.pushes()
    await world.forward(days=9)
    assert await sari.pushes() == seen
    assert await comes_next(world, sari) == (str(until), "resume")
    await world.forward(days=2)
    assert await sari.pushes() == seen, "nothing is filled up"
    assert await comes_next(world, sari) == (str(asked + timedelta(days=14)), "regular")
    await world.until(9, 1, days=2)
    await sari.sees_last("pertanyaan pendek")


async def test_a_pause_without_a_day_lasts_until_somebody_ends_it(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, level=Level.DISCREET, risk=Risk.HIGH)
    await decides(world, case_ends.pause, until=None)
    seen = await sari.pushes()
    await world.forward(days=30)
    assert await sari.pushes() == seen

    await decides(world, case_ends.resume)

    await world.until(9, 1, days=5)  # Tuesday, as before
    assert len(await sari.pushes()) == len(seen) + 1
    await sari.sees_last("Apa kabar minggu ini?")


async def test_a_pause_of_one_child_leaves_the_other_on_the_same_phone_alone(
    world: World,
) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, "K-1", level=Level.DISCREET, birth_date=date(2012, 5, 1))
    contact, token = await world.invited(
        ratna, "K-2", level=Level.DISCREET, birth_date=date(2018, 5, 1), nickname="Adik"
    )
    await sari.opens(token)
    await world.write(agreed, contact, now=await world.now())
    await world.first_checkin(sari)
    rows = await world.rows(
        "select code from cases join checkins on checkins.case_id = cases.id where "
        "checkins.state = 'asked'"
    )
    on_phone = rows[0][0]

    await decides(world, case_ends.pause, on_phone, until=None)

    opening = await sari.last()
    assert labels_of(opening)[:1] == ["Mulai"], "the other child's turn has come"
    states = await world.rows(
        "select cases.code, checkins.state from checkins join cases on cases.id = "
        "checkins.case_id order by cases.code"
    )
    other = {"K-1": "K-2", "K-2": "K-1"}[on_phone]
    assert dict(map(tuple, states)) == {on_phone: "cancelled", other: "asked"}


async def test_a_programme_that_is_over_goes_on_when_it_is_made_longer(world: World) -> None:
    ratna = await world.staff("Ratna")
    left_on = await day(world, -51 * 7)
    sari = await world.enrolled(ratna, risk=Risk.HIGH, left_on=left_on)
    await world.forward(days=12)
    assert await plan_tasks(world) == ["programme_over"]
    seen = await sari.count("pertanyaan pendek")
    await world.forward(days=21)
    assert await sari.count("pertanyaan pendek") == seen
    asked = [row[0] for row in await world.rows("select planned_at from checkins")]
    last = max(asked)

    await decides(world, case_ends.extend, weeks=8)

    assert await comes_next(world, sari) is not None
    await world.forward(days=8)
    planned = max(row[0] for row in await world.rows("select planned_at from checkins"))
    assert planned > last
    await sari.sees("pertanyaan pendek")
    await decides(world, case_ends.extend, weeks=1)  # once more, while it goes on


async def test_another_risk_is_another_rhythm_from_the_last_check_in_on(world: World) -> None:
    ratna = await world.staff("Ratna")
    left_on = await day(world, -20 * 7)
    sari = await world.enrolled(ratna, risk=Risk.LOW, left_on=left_on)
    await world.first_checkin(sari)
    first = await day(world)
    assert await comes_next(world, sari) == (str(first + timedelta(days=14)), "pulse")

    await decides(world, case_facts.set_risk, risk=Risk.HIGH)

    assert await comes_next(world, sari) == (str(first + timedelta(days=7)), "regular")


async def test_quiet_days_and_a_holiday_put_a_check_in_off(world: World, tmp_path: Path) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    tomorrow, then = await day(world, 1), await day(world, 2)
    free = shipped("calendar.yaml").replace(
        "quiet_days: []", f'quiet_days: [{{day: {tomorrow}, name: "Hari desa"}}]'
    )
    await with_content(world, tmp_path / "ours", calendar_yaml=free)
    now = await world.now()
    span = (then, then)
    await world.write(contact_hours.add_quiet, world.room, sari.owner_id, WHY, span=span, now=now)

    await world.until(15, 30, days=2)

    assert await day(world) == then
    assert await sari.count("pertanyaan pendek") == 0
    await world.until(9, 1)
    await sari.sees_last("pertanyaan pendek")
