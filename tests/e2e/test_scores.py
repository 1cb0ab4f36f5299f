"""Rules on numbers: which total rings how loud, and when a rule may speak again."""

from tests.e2e.conftest import Phone, World
from tests.e2e.scenes import answers, ends, next_week, notice

TINGGI, PERHATIAN = notice("Tinggi"), notice("Perhatian")


async def told(phone: Phone) -> tuple[int, int]:
    """How many notices of tinggi and of perhatian have come so far."""
    pushes = await phone.pushes()
    return pushes.count(TINGGI), pushes.count(PERHATIAN)


async def test_twelve_is_tinggi_at_the_tap_that_makes_it(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await world.first_checkin(sari)

    await answers(sari, [3, 3, 3, 2], worry=None)
    assert await told(ratna) == (0, 0)
    await sari.taps("1-2 hari")
    assert await told(ratna) == (1, 0)
    for label in ("5-7 hari", "5-7 hari", "Tidak ada"):
        await sari.taps(label)
    await sari.taps("Selesai")

    assert await told(ratna) == (1, 0), "one fact of a rule in one check-in"
    assert await world.rows("select total, band from checkins") == [(18, "oranye")]


async def test_five_above_the_baseline_is_perhatian_without_a_chain(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, baseline=2)
    await world.first_checkin(sari)

    await answers(sari, [2, 2, 2, 0, 0, 0, 0])
    assert await told(ratna) == (0, 0)
    await sari.taps("Kembali")
    await sari.taps("Kembali")
    await sari.taps("1-2 hari")

    assert await told(ratna) == (0, 1)
    assert (await ratna.last())["silent"] is True
    await ratna.taps("Lihat")
    await ratna.sees("Jumlah 7, naik 5 dari dasar 2. Telepon dalam 3 hari kerja.")
    await world.forward(days=3)
    assert await told(ratna) == (0, 1)


async def test_a_score_rule_speaks_again_three_points_higher_or_after_28_days(
    world: World,
) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await world.first_checkin(sari)
    history = []

    for total, weeks in ((12, 1), (14, 1), (15, 1), (17, 3), (15, 0)):
        await answers(sari, [3, 3, 3, 3, *shared(total - 12)])
        await ends(sari)
        history += await world.rows("select count(*) from facts where rule = 'A3'")
        if "Saya tangani" in await ratna.buttons():
            await ratna.taps("Saya tangani")
        await world.until(9, 1, days=7 * weeks - 1 if weeks else 0)
        if weeks > 1:  # 28 days are over then, however long the scene itself took
            await world.forward(minutes=10)

    assert [said for (said,) in history] == [1, 1, 2, 2, 3]


async def test_a_new_thing_of_weight_rings_where_the_one_before_was_forgotten(
    world: World,
) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await world.first_checkin(sari)
    await answers(sari, [3, 3, 3, 3, 0, 0, 0], worry=None)
    await world.forward(hours=5)  # told, told again, and told to supervisors; nobody took it
    before = await told(ratna)

    await sari.taps("Lanjutkan")
    await sari.taps("Ada, mau bicara")

    assert await told(ratna) == (before[0] + 1, before[1])
    assert await world.rows("select urgency, state from alerts where kind = 'alert'") == [
        ("tinggi", "open")
    ]


def shared(points: int) -> list[int]:
    """Three more answers that add up to so many points."""
    return [min(max(points - 3 * place, 0), 3) for place in range(3)]


async def test_five_above_the_last_one_is_perhatian_and_a_button_always_speaks(
    world: World,
) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await world.first_checkin(sari)
    await answers(sari, [1, 0, 0, 0, 0, 0, 0], worry=2)
    await sari.taps("Anak")
    await sari.taps("Selesai")
    assert await told(ratna) == (1, 0)
    await ratna.taps("Saya tangani")

    await next_week(world, sari)
    await answers(sari, [2, 2, 2, 0, 0, 0, 0])
    assert await told(ratna) == (1, 1)
    await ratna.taps("Lihat")
    await ratna.sees("Jumlah 6, naik 5 dari kabar terakhir (1).")
    await sari.taps("Kembali")
    await sari.taps("Ada, mau bicara")

    assert await told(ratna) == (2, 1), "it raises the alert of this check-in"
    urgencies = await world.rows("select urgency from alerts where kind = 'alert' order by id")
    assert urgencies == [("tinggi",), ("tinggi",)]
