"""What time does to a check-in: reminder, break, score after a day, end, and the fall to B."""

from datetime import timedelta

from bot.usecases import enrol
from flows.model import Level, Risk
from tests.e2e.conftest import World
from tests.e2e.scenes import (
    answers,
    as_seen,
    kept_answers,
    labels_of,
    next_week,
    notice,
    taps_all,
)

REMINDER = (
    "Selamat pagi, Bapak/Ibu. Kalau sibuk tidak apa-apa. Cukup tekan satu tombol saja.",
    ["Baik", "Kurang baik", "Telepon saya"],
)
MISSED = (
    "Halo, Bapak/Ibu. Minggu ini tidak sempat? Tidak apa-apa, bukan salah Bapak/Ibu. "
    "Kabar berikutnya hari Selasa. Mau dikirim di jam lain?"
)


async def test_one_silent_reminder_is_answered_by_one_tap(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, "K-1", name="Sari")
    wati = await world.enrolled(ratna, "K-2", name="Wati")
    await world.first_checkin(sari)
    opening = await sari.last()
    pushed = len(await sari.pushes())

    await world.forward(hours=24)
    reminder = await sari.last()
    assert as_seen(reminder) == REMINDER
    assert reminder["silent"]
    assert labels_of(await sari.message(opening["message_id"])) == []
    await world.forward(hours=48)
    assert len(await sari.pushes()) == pushed + 1, "only once"

    await sari.taps("Baik")
    await wati.taps("Kurang baik")

    await wati.sees_last("Terima kasih sudah bilang, Bapak/Ibu. Petugas akan membaca.")
    assert await wati.buttons() == ["Telepon saya"]
    await ratna.sees(notice("Tugas", "K-2"))
    await ratna.sees_nothing_of(notice("Tugas", "K-1"))
    assert await kept_answers(world) == [("pulse", 0, None), ("pulse", 1, None)]
    states = await world.rows("select state, total from checkins")
    assert states == [("pulsed", None), ("pulsed", None)]


async def test_half_an_hour_idle_is_a_break_with_no_way_back(world: World) -> None:
    sari = await world.enrolled(await world.staff("Ratna"))
    await world.first_checkin(sari)
    await sari.taps("Mulai")
    pushed = await sari.pushes()
    await world.forward(minutes=40)
    await sari.sees_last("1/8")  # it is counted from the first answer
    await taps_all(sari, ["1-2 hari", "1-2 hari"])

    await world.forward(minutes=29)
    await sari.sees_last("3/8")
    await world.forward(minutes=2)
    assert as_seen(await sari.last()) == ("Belum selesai. Lanjutkan?", ["Lanjutkan"])
    await sari.taps("Lanjutkan")
    await sari.sees_last("3/8")
    assert "Kembali" not in await sari.buttons()
    await sari.taps("1-2 hari")
    await sari.taps("Kembali")
    await sari.sees_last("3/8")
    assert "Kembali" not in await sari.buttons()

    await world.until(15, 50)
    await taps_all(sari, ["Lanjutkan", "1-2 hari"])
    await world.forward(minutes=31)
    assert as_seen(await sari.last()) == ("Belum selesai. Lanjutkan?", ["Lanjutkan"])
    assert await sari.pushes() == pushed, "no push, whatever the hour"


async def test_after_five_days_a_is_told_kindly_and_b_nothing(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, "K-1", name="Sari")
    wati = await world.enrolled(ratna, "K-2", name="Wati", level=Level.DISCREET)
    await world.first_checkin(sari)
    await world.forward(days=2)
    reminded = await wati.pushes()

    await world.forward(days=3)

    assert as_seen(await sari.last()) == (MISSED, ["Jam lain", "Jam sama saja"])
    assert await wati.pushes() == reminded
    assert "Baik" not in await wati.buttons()
    assert set(await world.rows("select state from checkins")) == {("expired",)}
    await sari.taps("Jam lain")
    await world.until_weekday(0, 8)
    await ratna.sees(notice("Tugas", "K-1"))


async def test_half_done_is_scored_after_a_day_and_ends_after_five(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await world.first_checkin(sari)
    await answers(sari, [2] * 5, worry=None)

    await world.forward(hours=23)
    assert await ratna.count(notice("Tinggi")) == 0
    await world.forward(hours=1, minutes=1)

    await ratna.sees(notice("Tinggi"))
    await ratna.taps("Lihat")
    await ratna.sees("Jumlah 14; batasnya 12.")
    await sari.sees_last("Belum selesai. Lanjutkan?")
    await world.forward(days=4)
    await sari.sees_last("Terima kasih, Bapak/Ibu. Kabarnya sudah masuk.")
    assert "Lanjutkan" not in await sari.buttons()
    assert await world.rows("select state, total, is_estimated from checkins") == [
        ("expired", 14, 1)
    ]


async def test_a_falls_to_b_without_a_fresh_interview_or_a_word_for_thirty_days(
    world: World,
) -> None:
    ratna = await world.staff("Ratna")
    interviewed_on = (await world.now()).date() - timedelta(days=85)
    sari = await world.enrolled(ratna, "K-1", name="Sari", interviewed_on=interviewed_on)
    wati = await world.enrolled(ratna, "K-2", name="Wati", risk=Risk.HIGH)
    await world.first_checkin(sari)
    await sari.sees_last("Ada 8 pertanyaan pendek")
    await sari.writes("baik bu")

    await next_week(world, sari)
    await sari.sees_last("Ada 5 pertanyaan pendek")

    for _ in range(3):
        await next_week(world, wati)
        await wati.sees_last("Ada 8 pertanyaan pendek")
    await next_week(world, wati)
    await wati.sees_last("Ada 5 pertanyaan pendek")


async def test_a_check_in_of_a_ends_at_the_next_tap_once_the_phone_is_b(world: World) -> None:
    sari = await world.enrolled(await world.staff("Ratna"))
    await world.first_checkin(sari)
    await taps_all(sari, ["Mulai", "Tidak ada"])
    now = await world.now()
    held = {"level": Level.DISCREET, "on": now.date(), "duress_word": None}
    await world.write(enrol.interview, sari.owner_id, now=now, **held)

    await sari.taps("1-2 hari")

    await sari.sees_last("Terima kasih kabarnya, Bapak/Ibu.")
    assert await kept_answers(world) == [("sleep", 0, None), ("eat", 1, None)]
    await next_week(world, sari)
    await sari.sees_last("Ada 5 pertanyaan pendek")
