"""What rules know of earlier check-ins, of another caregiver and of the school, on real phones."""

from tests.e2e.conftest import World
from tests.e2e.scenes import answers, ends, next_week, notice, taps_all
from tests.e2e.test_forms import begins, fills
from tests.e2e.test_school_alerts import a_teacher

SLEEPLESS = [3, 0, 0, 0, 0, 0, 0]


async def facts(world: World) -> list[str]:
    """The rules that spoke, in their order."""
    rows = await world.rows("select rule from facts where rule_version > 0 order by at, id")
    return [rule for (rule,) in rows]


async def test_a_form_of_staff_and_the_familys_own_phone_make_one_row(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await begins(ratna, seen="Ya")
    await fills(ratna, SLEEPLESS)
    await taps_all(ratna, ["Selesai", "Lewati catatan"])
    await world.first_checkin(sari)

    await answers(sari, SLEEPLESS, worry=None)

    assert await facts(world) == ["A6"], "at the tap, with what staff had written down before"
    await ratna.taps("Lihat")
    await ratna.sees("Dua kabar berturut-turut 5-7 hari: tidur 3, 3.")


async def test_it_is_said_once_until_the_total_rises(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await world.first_checkin(sari)
    await answers(sari, SLEEPLESS)
    await ends(sari)

    for more in (SLEEPLESS, SLEEPLESS, [3, 3, 0, 0, 0, 0, 0]):
        await next_week(world, sari)
        await answers(sari, more)
        await ends(sari)

    said = [rule for rule in await facts(world) if rule == "A6"]
    assert len(said) == 1, "three points more are counted at the tap, and sleep came first"


async def test_a_check_in_tapped_through_at_once_is_looked_at_the_second_time(
    world: World,
) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await world.first_checkin(sari)
    await answers(sari, [0] * 7)
    await ends(sari)
    assert await facts(world) == []

    await next_week(world, sari)
    await answers(sari, [0] * 7)
    await ends(sari)

    assert await facts(world) == ["A10"]


async def test_the_school_sees_what_the_family_does_not(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await world.first_checkin(sari)
    await answers(sari, [0] * 7)
    await ends(sari)
    teacher = await a_teacher(world)
    await world.until(9, 1)

    await taps_all(teacher, ["Mulai", "Tidak pernah", "Tidak pernah", "Sering"])

    assert await facts(world) == ["A11"]
    assert (await ratna.pushes())[-1] == notice("Perhatian")
    await ratna.taps("Lihat")
    await ratna.sees("berbeda 2 angka: menjauh dari teman: keluarga 0, sekolah 2.")
