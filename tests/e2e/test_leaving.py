"""Ways out: STOP, Salah sambung, blocking; what still works after them, and the way back."""

from flows.model import Level, Role
from tests.e2e.conftest import World
from tests.e2e.scenes import CRITICAL, HARMLESS, as_seen, labels_of, notice, takes, taps_all

STOPPED = (
    "Baik, Bapak/Ibu. Saya berhenti mengirim pesan. Terima kasih. "
    "Bantuan untuk keluarga tetap ada. Kalau mau ikut lagi, tulis MULAI."
)
WRONG_PERSON = (
    "Maaf, berarti salah sambung. Saya tidak akan mengirim pesan lagi ke sini. Terima kasih."
)


async def test_stop_in_any_form_ends_every_send_and_opens_a_task(world: World) -> None:
    ratna = await world.staff("Ratna")
    mothers = {"K-1": await world.enrolled(ratna, "K-1", name="Umi")}
    for code, name in (("K-2", "Sari"), ("K-3", "Wati"), ("K-4", "Yuli")):
        mothers[code] = await world.enrolled(ratna, code, name=name, level=Level.DISCREET)
    umi, sari, wati, yuli = mothers.values()
    await world.first_checkin(umi)
    await taps_all(umi, ["Mulai", "Tidak ada"])
    old = await umi.button("Tidak ada")

    await umi.writes("STOP")
    assert labels_of(await umi.message(old[1])) == []
    await sari.writes("/berhenti")
    await wati.writes("Berhenti!")
    await yuli.writes("bantuan")
    await yuli.taps("Berhenti")

    for code, mother in mothers.items():
        await mother.sees_last(STOPPED)
        await ratna.sees(notice("Tugas", code))
    seen = [await mother.messages() for mother in mothers.values()]
    await umi.taps_old(*old)
    await world.forward(days=15)
    assert [await mother.messages() for mother in mothers.values()] == seen
    assert await world.rows("select state from checkins") == [("cancelled",)] * 4
    assert await world.rows("select distinct urgency from alerts where kind = 'route'") == [
        ("tinggi",)
    ]


async def test_where_the_home_is_a_risk_leaving_is_kritis(world: World) -> None:
    ratna = await world.staff("Ratna")
    dewi = await world.staff("Dewi", Role.SUPERVISOR)
    sari = await world.enrolled(ratna, "K-1", name="Sari", home_risk=True)
    wati = await world.enrolled(ratna, "K-2", name="Wati", home_risk=True, level=Level.DISCREET)
    await world.until(21)

    await sari.writes("STOP")
    await wati.does("block")

    for code in ("K-1", "K-2"):
        told = [m for m in await ratna.messages() if m["text"] == notice("Tugas", code)]
        assert [message["silent"] for message in told] == [False]
    await world.forward(minutes=16)
    await dewi.sees(notice("Tugas", "K-1"))
    await dewi.sees(notice("Tugas", "K-2"))


async def test_after_stop_only_mulai_and_bantuan_are_answered_and_all_is_read(
    world: World,
) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await sari.writes("STOP")
    seen = len(await sari.messages())

    for text in (HARMLESS, CRITICAL, "Telepon saya", "lanjut"):
        await sari.writes(text)
    await sari.does("photo")
    assert len(await sari.messages()) == seen
    await ratna.sees(notice("Kritis"))
    await takes(ratna, notice("Kritis"))
    kept = [row.text for row in await world.replies()]
    assert {HARMLESS, CRITICAL, "Telepon saya", "lanjut", "STOP"} <= set(kept)
    await sari.writes("BANTUAN")
    await sari.sees_last("Bantuan untuk Bapak/Ibu.")
    await sari.writes("mulai")
    await sari.sees_last("Baik, Bapak/Ibu. Petugas akan menyapa dulu.")
    pushes = await sari.pushes()
    await world.forward(days=8)
    assert await sari.pushes() == pushes, "nothing resumes before the worker agrees"

    await taps_all(ratna, ["Saya tangani", "Ikut lagi", "Lewati catatan"])
    await world.first_checkin(sari)


async def test_a_wrong_person_is_left_alone_and_somebody_looks(world: World) -> None:
    ratna = await world.staff("Ratna")
    tono, sari = await world.meets("Tono"), await world.enrolled(ratna, "K-2")
    _, token = await world.invited(ratna, "K-1")
    await tono.opens(token)
    await tono.taps("Salah sambung")
    await sari.writes("bantuan")
    await sari.taps("Salah sambung")

    for person, code in ((tono, "K-1"), (sari, "K-2")):
        await person.sees_last(WRONG_PERSON)
        await ratna.sees(notice("Tugas", code))
        said = len(await person.messages())
        await person.writes("halo")
        await person.writes("bantuan")
        assert len(await person.messages()) == said
    await world.forward(days=8)
    await sari.sees_nothing_of("Apa kabar")


async def test_who_blocks_and_comes_back_is_not_written_to_before_mulai(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await world.first_checkin(sari)

    await sari.does("block")
    await ratna.sees(notice("Tugas"))
    await sari.does("unblock")
    pushes = await sari.pushes()
    await world.forward(days=8)
    assert await sari.pushes() == pushes
    await sari.writes("mulai")

    await sari.sees_last("Petugas akan menyapa dulu.")
    assert as_seen(await sari.last())[1] == []
