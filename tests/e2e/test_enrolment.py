"""From the link to the consent: two phones, one worker's word, nothing for anybody else."""

from flows.model import Level, Role
from tests.e2e.conftest import World

STRANGERS = (
    "Terima kasih. Layanan ini hanya untuk peserta kelas. "
    "Kalau Bapak/Ibu peserta, silakan minta kode pada petugas."
)


async def test_mother_is_enrolled_once_the_worker_says_it_is_her(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.meets("Sari")
    _, token = await world.invited(ratna)

    await sari.opens(token)
    await sari.sees("Selamat siang, Bapak/Ibu. Ini Kabar Keluarga")
    await sari.taps("Lanjut")
    await sari.sees("petugas akan menyapa dulu")
    await ratna.sees("Tugas. Kontak baru menunggu. K-0142")
    await ratna.taps("Orangnya di depan saya")
    await sari.taps("Lanjut")
    await sari.taps("Lanjut")
    await sari.taps("Setuju")

    await sari.sees("Kabar pertama datang hari Selasa sekitar jam 09.00.")
    await sari.sees_nothing_of("dibaca petugas")
    assert await sari.typed() == []
    kept = await world.rows("select level, language, answer, text_version from consents")
    assert [(row[0], row[1], row[2]) for row in kept] == [("A", "id", "agree")]
    assert kept[0][3].startswith("messages:")


async def test_wrong_used_and_expired_links_get_the_same_bytes(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari, tono, umi, wati = [await world.meets(name) for name in ("Sari", "Tono", "Umi", "Wati")]
    _, used = await world.invited(ratna, "K-0001")
    _, old = await world.invited(ratna, "K-0002")
    await sari.opens(used)

    await tono.opens(used)
    await umi.opens("f_" + "x" * 32)
    await world.forward(hours=73)
    await wati.opens(old)

    for person in (tono, umi, wati):
        assert await person.texts() == [STRANGERS]


async def test_after_five_failed_links_even_a_good_one_is_not_tried(world: World) -> None:
    ratna = await world.staff("Ratna")
    _, token = await world.invited(ratna)
    tono = await world.meets("Tono")

    for number in range(5):
        await tono.opens(f"f_{number:032d}")
    await tono.opens(token)
    assert set(await tono.texts()) == {STRANGERS}

    await world.forward(hours=1, minutes=1)
    await tono.opens(token)
    await tono.sees("Ini Kabar Keluarga")


async def test_not_this_person_kills_the_link(world: World) -> None:
    ratna = await world.staff("Ratna")
    tono = await world.meets("Tono")
    _, token = await world.invited(ratna)
    await tono.opens(token)
    await tono.taps("Lanjut")

    await ratna.taps("Bukan dia")
    await tono.writes("halo?")

    assert (await tono.texts())[-2:] == [STRANGERS, STRANGERS]


async def test_supervisors_confirm_where_the_worker_has_no_phone_yet(world: World) -> None:
    dewi = await world.staff("Dewi", Role.SUPERVISOR)
    ratna = await world.staff("Ratna")
    await ratna.does("block")
    sari = await world.meets("Sari")
    _, token = await world.invited(ratna)

    await sari.opens(token)
    await sari.taps("Lanjut")

    await dewi.sees("Tugas. Kontak baru menunggu. K-0142")


async def test_a_task_waits_until_somebody_is_there_to_be_told(world: World) -> None:
    ratna = await world.staff("Ratna")
    await ratna.does("block")
    sari = await world.meets("Sari")
    _, token = await world.invited(ratna)
    await sari.opens(token)
    await sari.taps("Lanjut")

    dewi = await world.staff("Dewi", Role.SUPERVISOR)

    await dewi.sees("Tugas. Kontak baru menunggu. K-0142")


async def test_at_b_one_neutral_line_asks_for_consent(world: World) -> None:
    ratna = await world.staff("Ratna")

    sari = await world.family(ratna, level=Level.DISCREET)

    await sari.sees("Kabar pertama datang")
    await sari.sees_nothing_of("Aturan kelas")


async def test_a_number_on_file_must_be_shared_and_match(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.meets("Sari", phone="+6281230004000")
    tono = await world.meets("Tono", phone="+6281999999999")
    _, first = await world.invited(ratna, "K-0001", phone="0812-3000-4000")
    _, second = await world.invited(ratna, "K-0002", phone="0812-3000-4000")

    await sari.opens(first)
    await sari.taps("Lanjut")
    await sari.does("contact")
    await tono.opens(second)
    await tono.taps("Lanjut")
    await tono.does("contact")

    await sari.sees("petugas akan menyapa dulu")
    assert (await tono.texts())[-1] == STRANGERS
    await ratna.sees("Kontak baru menunggu. K-0001")
    await ratna.sees_nothing_of("Kontak baru menunggu. K-0002")


async def test_somebody_who_waits_is_kept_screened_and_told_to_wait(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.meets("Sari")
    _, token = await world.invited(ratna)
    await sari.opens(token)
    await sari.taps("Lanjut")

    await sari.writes("anak saya bilang mau bunuh diri")

    await sari.sees_last("Sebentar ya, petugas akan menyapa dulu.")
    await ratna.sees("Kritis. 1 hal perlu dilihat. K-0142")
    assert [row.text for row in await world.replies()] == ["anak saya bilang mau bunuh diri"]
