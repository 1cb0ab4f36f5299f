"""What a total is compared with: measures of the time at home, of the same people."""

from bot.usecases import case_ends
from flows.model import Level
from tests.e2e.conftest import World
from tests.e2e.decisions import day, decides
from tests.e2e.scenes import answers
from tests.e2e.test_forms import begins, ends, fills


async def test_the_first_four_at_home_begin_on_the_day_of_leaving(world: World) -> None:
    ratna = await world.staff("Ratna")
    left_on = await day(world, 4)
    await world.invited(ratna, level=Level.SILENT, baseline=9, left_on=left_on)
    await world.until(0, 30)

    for total in (3, 3, 3, 1, 2, 2, 2):  # three at the centre; the fourth on the day itself
        await begins(ratna, seen="Ya")
        await fills(ratna, [1] * total + [0] * (7 - total))
        await ends(ratna)
        await world.forward(days=1)
    await begins(ratna, seen="Ya")
    await fills(ratna, [1] * 5 + [0] * 2)
    await ends(ratna)

    await ratna.sees("dasar 2 (nilai saat pulang 9; tengah empat kabar pertama 2)")


async def test_before_the_day_of_leaving_a_total_is_compared_with_the_last_one_alone(
    world: World,
) -> None:
    ratna = await world.staff("Ratna")
    await world.invited(ratna, level=Level.SILENT, baseline=9, left_on=await day(world, 20))

    for _ in range(4):
        await begins(ratna, seen="Ya")
        await fills(ratna, [1, 1, 1, 0, 0, 0, 0])
        await ends(ratna)
        await world.forward(days=1)
    await begins(ratna, seen="Ya")
    await fills(ratna, [1, 1, 1, 1, 0, 0, 0])
    await ends(ratna)

    await ratna.sees("dasar 9 (nilai saat pulang 9; baru 0 dari 4 kabar pertama)")
    await ratna.sees("Naik 1 dari kabar terakhir.")


async def test_a_check_in_that_a_pause_took_back_is_compared_with_nothing(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await world.first_checkin(sari)
    await answers(sari, [1, 1, 1, 1, 1], worry=None)
    await world.forward(days=1, minutes=1)
    assert await world.rows("select total from checkins") == [(7,)]
    await decides(world, case_ends.pause, until=None)
    assert await world.rows("select state from checkins where total is not null") == [
        ("cancelled",)
    ]

    await begins(ratna, seen="Ya")
    await fills(ratna, [2, 2, 1, 1, 0, 0, 0])
    await ends(ratna)

    await ratna.sees("Jumlah 6")
    await ratna.sees("baru 0 dari 4 kabar pertama")
    await ratna.sees_nothing_of("kabar terakhir.")
