"""What a family may ask for at any time: CUKUP, the duress word, Bantuan, a call; and level C."""

from bot.usecases import enrol
from flows.model import Level
from tests.e2e.conftest import World
from tests.e2e.scenes import CRITICAL, HARMLESS, as_seen, notice, taps_all

GENERAL = "Terima kasih, Bapak/Ibu. Pesannya sudah masuk."


async def test_cukup_hides_all_and_nothing_comes_back_by_itself(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, "K-1", name="Sari")
    wati = await world.enrolled(ratna, "K-2", name="Wati", level=Level.DISCREET)
    await world.first_checkin(sari)

    for mother in (sari, wati):
        await taps_all(mother, ["Mulai", "1-2 hari"])
        await mother.writes("3 hari")
        await mother.writes("CUKUP")
        assert await mother.texts() == ["Baik."]
        assert "CUKUP" not in await mother.typed()
    await world.forward(hours=12)
    for mother in (sari, wati):
        assert await mother.texts() == ["Baik."]

    await world.until(9, 30)
    await sari.writes("lanjut")
    await sari.sees_last("3/8")
    await sari.taps("Tidak ada")
    await sari.sees_last("4/8")
    told = {"Perhatian. 1 hal perlu dilihat. K-1", "Perhatian. 1 hal perlu dilihat. K-2"}
    assert {one for one in await ratna.texts() if "perlu dilihat" in one} == told, "half done"


async def test_the_duress_word_looks_like_any_other(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, "K-1", name="Sari", duress_word="kue lapis")
    wati = await world.enrolled(
        ratna, "K-2", name="Wati", duress_word="kue lapis", level=Level.DISCREET
    )

    for mother in (sari, wati):
        await mother.writes("selamat siang")
        ordinary = as_seen(await mother.last())
        await mother.writes("Kue lapis")
        assert as_seen(await mother.last()) == ordinary
    await sari.sees_last(GENERAL)

    for code in ("K-1", "K-2"):
        await ratna.sees(notice("Kritis", code))
    await ratna.taps("Lihat")
    await ratna.sees_last("Menulis kata sandi darurat.")


async def test_bantuan_shows_the_numbers_and_goes_again(world: World) -> None:
    sari = await world.enrolled(await world.staff("Ratna"))
    before = await sari.texts()

    await sari.writes("Bantuan")
    assert as_seen(await sari.last()) == (
        "Bantuan untuk Bapak/Ibu.",
        ["Telepon saya", "Nomor penting", "Berhenti", "Salah sambung", "Tutup"],
    )
    await sari.taps("Nomor penting")
    assert (await sari.last())["text"].splitlines() == [
        "Nomor penting untuk semua keluarga:",
        "",
        *(f"{line.label}: {line.number}" for line in world.room.content.help_numbers),
    ]
    await sari.sees_last("Bantuan 24 jam: 129")
    await sari.taps("Tutup")

    assert len(await sari.texts()) == len(before) + 1
    await sari.sees_nothing_of("Bantuan untuk Bapak/Ibu.")


async def test_telepon_saya_is_a_promise_with_a_slot(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, "K-1", name="Sari")
    wati = await world.enrolled(ratna, "K-2", name="Wati", level=Level.DISCREET)

    await sari.writes("telepon saya")
    assert await sari.buttons() == ["Pagi", "Siang", "Sore", "Jangan dulu"]
    await sari.taps("Pagi")
    await sari.sees_last("Baik, petugas akan menelepon besok pagi.")
    await wati.writes("telepon")
    await wati.taps("Sore")
    await wati.sees_last("Baik, petugas akan menelepon hari ini sore.")
    await wati.taps("Jangan dulu")
    await wati.sees_last("Baik. Kapan saja mau, tekan Telepon saya.")

    for code in ("K-1", "K-2"):
        await ratna.sees(notice("Tugas", code))
    calls = await world.rows("select urgency, state from alerts where kind = 'call'")
    assert calls == [("tinggi", "open")] * 2
    await ratna.taps("Lihat")
    await ratna.sees_last("Minta ditelepon hari ini sore.")


async def test_at_c_nothing_is_sent_and_everything_is_read(world: World) -> None:
    ratna = await world.staff("Ratna")
    _, token = await world.invited(ratna, "K-2", level=Level.SILENT)
    assert token == ""
    sari = await world.enrolled(ratna, "K-1", name="Sari")
    await world.first_checkin(sari)
    await sari.taps("Mulai")
    old = await sari.button("Tidak ada")
    today = (await world.now()).date()
    await world.write(
        enrol.interview,
        sari.owner_id,
        level=Level.SILENT,
        on=today,
        duress_word=None,
        now=await world.now(),
    )
    seen = await sari.messages()

    for text in (HARMLESS, "bantuan", "STOP", CRITICAL):
        await sari.writes(text)
    await sari.taps_old(*old)
    await sari.does("photo")
    await ratna.sees(notice("Kritis", "K-1"))
    await taps_all(ratna, ["Saya tangani", "Bicara, perlu lanjut"])
    await world.forward(days=8)

    assert await sari.messages() == seen
    assert HARMLESS in [row.text for row in await world.replies()]
