"""People who are not linked: one answer, kept and screened, and no way to drown the staff."""

from flows.model import Role
from tests.e2e.conftest import World
from tests.e2e.scenes import CRITICAL, HARMLESS, notice

STRANGERS = (
    "Terima kasih. Layanan ini hanya untuk peserta kelas. "
    "Kalau Bapak/Ibu peserta, silakan minta kode pada petugas."
)


async def test_strangers_get_one_answer_and_supervisors_the_words(world: World) -> None:
    ratna = await world.staff("Ratna")
    dewi = await world.staff("Dewi", Role.SUPERVISOR)
    tono = await world.meets("Tono")

    for text in (HARMLESS, CRITICAL, CRITICAL, "/start", "STOP"):
        await tono.writes(text)
    await tono.does("photo")
    await world.forward(minutes=1)

    assert await tono.texts() == [STRANGERS] * 6
    assert await ratna.count("tamu") == 0
    pushes = await dewi.pushes()
    assert pushes.count(notice("Kritis", "tamu")) == 1
    assert pushes.count(notice("Tugas", "tamu")) == 1
    assert next(m for m in await dewi.messages() if "Kritis" in m["text"])["silent"] is False
    await dewi.taps("Lihat")
    await dewi.sees_last(f"“{CRITICAL.replace('bunuh diri', '')}".strip())
    kept = [row for row in await world.replies() if row.text == CRITICAL]
    assert [(row.case, row.contact_id) for row in kept] == [(None, None)] * 2


async def test_one_stranger_rings_once_a_day_and_all_together_ten_times_an_hour(
    world: World,
) -> None:
    dewi = await world.staff("Dewi", Role.SUPERVISOR)
    people = [await world.meets(f"Tamu {number}") for number in range(12)]

    for person in people:
        await person.writes(CRITICAL)
    rang = "select count(*) from alerts where kind = 'alert'"
    assert await world.rows(rang) == [(10,)]
    for _ in range(11):  # the reading list too
        await dewi.taps("Saya tangani")
    await world.forward(hours=23)
    await people[0].writes(CRITICAL)
    assert await world.rows(rang) == [(10,)]
    await world.forward(hours=1, minutes=1)
    await people[0].writes(CRITICAL)

    assert await world.rows(rang) == [(11,)]
