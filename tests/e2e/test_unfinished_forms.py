"""A form that staff have begun is the only one that its buttons go on with, or end."""

from tests.e2e.conftest import World
from tests.e2e.test_forms import begins


async def test_an_old_button_never_ends_another_form(world: World) -> None:
    ratna = await world.staff("Ratna")
    await world.enrolled(ratna, "K-1", name="Sari")
    await world.enrolled(ratna, "K-2", name="Wati")
    await begins(ratna, code="K-1", seen="Tidak")
    await ratna.taps("5-7 hari")
    await ratna.writes("/isi")
    old = [await ratna.button(label) for label in ("Selesai di sini", "Lanjutkan")]
    await ratna.writes("/isi")
    await ratna.taps("Selesai di sini")
    await begins(ratna, code="K-2", seen="Tidak")
    await ratna.taps("5-7 hari")

    for data, message in old:
        await ratna.taps_old(data, message)
        assert await ratna.toast() == "Formulir ini sudah selesai."

    states = await world.rows("select state from checkins where slot = 'form' order by opened_at")
    assert states == [("finished",), ("open",)]
