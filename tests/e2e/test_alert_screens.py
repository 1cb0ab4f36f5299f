"""Lihat: why somebody is asked, only on the phones of those who are, and not for long."""

from flows.model import Role
from tests.e2e.conftest import Phone, World
from tests.e2e.scenes import CRITICAL, answers, notice, taps_all

NOT_YOURS = "Maaf, ini bukan untuk Anda buka."


async def details(phone: Phone) -> list[str]:
    """The detail screens that stand on a phone."""
    return [text for text in await phone.texts() if "Sebabnya:" in text]


async def test_lihat_gives_reasons_numbers_and_words_for_ten_minutes(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await world.first_checkin(sari)
    await answers(sari, [3, 3, 3, 3, 0, 0, 0], worry=2)
    await sari.writes("dia dikeluarkan dari sekolah, dan bilang mau bunuh diri")

    await ratna.taps("Lihat")
    shown = await ratna.last()
    assert shown["protected"]
    for part in (
        "K-0142. Kritis",
        "Jumlah 12; batasnya 12.",
        "Butir terakhir: ada yang dikhawatirkan, mau bicara (2).",
        "Kata tentang ingin mati atau menyakiti diri.",
        "“dia dikeluarkan dari sekolah, dan bilang mau",
        "Dalam 7 hari ini, berapa hari anak susah tidur? 5-7 hari",
    ):
        assert part in shown["text"]
    assert "Kakak" not in shown["text"]
    await world.forward(minutes=9)
    assert len(await details(ratna)) == 1
    await world.forward(minutes=1, seconds=5)
    assert await details(ratna) == []
    await ratna.sees(notice("Kritis"))


async def test_details_leave_every_phone_at_the_outcome(world: World) -> None:
    ratna = await world.staff("Ratna")
    dewi = await world.staff("Dewi", Role.SUPERVISOR)
    sari = await world.enrolled(ratna)
    await sari.writes(CRITICAL)
    await world.forward(minutes=15)
    await taps_all(ratna, ["Lihat", "Lihat"])
    await dewi.taps("Lihat")
    await ratna.taps("Saya tangani")
    assert [len(await details(phone)) for phone in (ratna, dewi)] == [2, 1]
    safe = await ratna.button("Bicara, aman")
    await dewi.taps_old(*safe)
    assert await dewi.toast() == NOT_YOURS, "only the owner settles it"

    await ratna.taps("Kunjungi")

    assert [len(await details(phone)) for phone in (ratna, dewi)] == [0, 0]
    await world.forward(minutes=11)
    await ratna.sees_last("Catatan?")
    await ratna.taps_old(*safe)
    assert await ratna.toast() == "Ini sudah ditangani orang lain, atau sudah selesai."
    assert await world.rows("select outcome from alerts where kind = 'alert'") == [("visit",)]


async def test_a_button_counts_only_in_the_chat_it_was_sent_to(world: World) -> None:
    ratna = await world.staff("Ratna")
    people = [
        await world.staff(name, role)
        for name, role in (
            ("Budi", Role.SOCIAL_WORKER),
            ("Dewi", Role.SUPERVISOR),
            ("Hana", Role.HEAD),
            ("Joko", Role.PSYCHOLOGIST),
            ("Adi", Role.ADMIN),
        )
    ]
    sari = await world.enrolled(ratna, "K-1", name="Sari")
    wati = await world.enrolled(ratna, "K-2", name="Wati")
    tono = await world.meets("Tono")
    await tono.writes("halo")
    await world.first_checkin(sari)
    start = await sari.button("Mulai")
    await sari.writes(CRITICAL)
    look, take = await ratna.button("Lihat"), await ratna.button("Saya tangani")

    for person in (*people, wati, tono):
        before = await person.texts()
        for forged in (take, look) if person in people else (start, look):
            await person.taps_old(*forged)
        assert await person.texts() == before
        assert await person.toast() == (NOT_YOURS if person in people else None)
    await ratna.taps_old("0:0", 1)
    await ratna.taps_old(*start)

    assert await ratna.toast() == NOT_YOURS
    await ratna.sees(notice("Kritis", "K-1"))
    assert await world.rows("select state from alerts where kind = 'alert'") == [("open",)]
    await wati.sees_last("Apa kabar minggu ini?")


async def test_whom_the_chain_asked_sees_the_case_until_the_outcome(world: World) -> None:
    ratna = await world.staff("Ratna")
    hana = await world.staff("Hana", Role.HEAD)
    dewi = await world.staff("Dewi", Role.SUPERVISOR)
    sari = await world.enrolled(ratna)
    await sari.writes(CRITICAL)
    await world.forward(minutes=30)
    look = await hana.button("Lihat")
    outsider = await dewi.button("Saya tangani")

    await hana.taps("Lihat")
    assert len(await details(hana)) == 1
    await ratna.taps("Saya tangani")
    await hana.taps_old(*look)
    assert len(await details(hana)) == 2
    await dewi.taps_old(*outsider)
    assert await dewi.toast() == "K-0142 sudah ditangani (peksos)"
    await taps_all(ratna, ["Rujuk", "Lewati catatan"])

    await hana.taps_old(*look)
    assert await hana.toast() == NOT_YOURS
    assert await details(hana) == []
    opened = await world.rows("select count(*) from audit where action = 'read_words'")
    refused = await world.rows("select count(*) from audit where action = 'refused_read_words'")
    assert (opened, refused) == ([(2,)], [(1,)])
