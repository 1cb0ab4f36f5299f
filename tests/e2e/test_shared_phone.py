"""One phone for two children: one check-in at a time, and a goodbye that counts for both."""

from tests.e2e.conftest import Phone, World
from tests.e2e.scenes import kept_answers, labels_of, notice, taps_all


async def second_child(world: World, ratna: Phone, mother: Phone) -> None:
    """The mother of K-1 opens the link of K-2 on the same phone."""
    _, token = await world.invited(ratna, "K-2", nickname="Adik")
    await mother.opens(token)
    await mother.taps("Lanjut")
    await ratna.sees("Kontak baru menunggu. K-2")
    await ratna.taps("Orangnya di depan saya")
    await taps_all(mother, ["Lanjut", "Lanjut", "Setuju"])


async def test_two_children_are_asked_about_in_turn_and_stop_is_for_both(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, "K-1", name="Sari")
    await second_child(world, ratna, sari)
    await world.first_checkin(sari)
    assert await sari.count("Apa kabar minggu ini?") == 1

    called = []
    for _ in range(2):
        await sari.taps("Mulai")
        called.append((await sari.last())["text"])
        await taps_all(sari, ["Tidak ada"] * 8)
        await sari.taps("Selesai")

    assert {"Adik" in text for text in called} == {True, False}
    assert len(await kept_answers(world)) == 16
    assert await world.rows("select state from checkins") == [("finished",)] * 2
    await sari.writes("cukup")
    assert await sari.texts() == ["Baik."]
    await sari.writes("STOP")
    await sari.sees_last("Saya berhenti mengirim pesan.")
    for code in ("K-1", "K-2"):
        await ratna.sees(notice("Tugas", code))
    pushes = await sari.pushes()
    await world.forward(days=15)

    assert await sari.pushes() == pushes
    assert labels_of(await sari.last()) == []
    await sari.writes("mulai")
    await taps_all(ratna, ["Saya tangani"])
    assert "Ikut lagi" in await ratna.buttons()


async def test_a_second_child_may_join_in_the_middle_of_a_check_in(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, "K-1", name="Sari")
    await world.first_checkin(sari)
    await taps_all(sari, ["Mulai", "Tidak ada"])
    question = await sari.last()

    await second_child(world, ratna, sari)
    await sari.does("tap", message_id=question["message_id"], label="1-2 hari")

    assert (await sari.message(question["message_id"]))["text"].startswith("3/8")
    assert [value for _, value, _ in await kept_answers(world)] == [0, 1]
    assert await world.rows("select state from contacts") == [("active",)] * 2
    await sari.does("block")
    for code in ("K-1", "K-2"):
        await ratna.sees(notice("Tugas", code))
