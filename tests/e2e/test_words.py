"""Words: what a family writes decides how fast a human reads, and what it reads back at A."""

from tests.e2e.conftest import Phone, World, on_both
from tests.e2e.scenes import CRITICAL, DENIED, HARMLESS, UNSURE, as_seen, notice, taps_all

HARD_WORDS = (
    "Terima kasih kabarnya, Bapak/Ibu. Sudah saya terima dengan baik. Bapak/Ibu tidak sendiri. "
    "Petugas akan menelepon hari ini. Satu pertanyaan saja: apakah saat ini aman?",
    ["Aman", "Tidak aman", "Belum tahu", "Bantuan"],
)
DANGER = (
    "Mohon utamakan keselamatan. Kalau ada bahaya sekarang, telepon 110 atau 112. "
    "Petugas kami juga sudah diberi tahu.\n\nPolisi: 110\nDarurat: 112"
)
GENERAL = (
    "Terima kasih, Bapak/Ibu. Pesannya sudah masuk. Mau bicara dengan petugas? "
    "Tekan Telepon saya. Nomor penting ada di Bantuan."
)
KRITIS, TUGAS = notice("Kritis"), notice("Tugas")


async def rung(phone: Phone) -> tuple[int, int]:
    """How many notices of kritis and how many tasks have come so far."""
    pushes = await phone.pushes()
    return pushes.count(KRITIS), pushes.count(TUGAS)


@on_both
async def test_hard_words_in_a_check_in_ring_and_leave_the_question(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await world.first_checkin(sari)
    await taps_all(sari, ["Mulai", "Tidak ada"])
    question = await sari.last()

    await sari.writes(CRITICAL)
    assert as_seen(await sari.last()) == HARD_WORDS
    assert await sari.message(question["message_id"]) == question
    assert await rung(ratna) == (1, 0)
    await sari.taps("Tidak aman")
    assert (await sari.last())["text"] == DANGER
    await sari.does("tap", message_id=question["message_id"], label="1-2 hari")
    assert (await sari.message(question["message_id"]))["text"].startswith("3/8")
    for _ in range(6):
        await sari.does("tap", message_id=question["message_id"], label="Tidak ada")
    await sari.taps("Selesai")

    thanks = await sari.message(question["message_id"])
    assert "Kabarnya sudah masuk" in thanks["text"]
    assert "tips" not in thanks["text"], "no tip after an alert"
    assert await world.rows("select count(*) from alerts where kind = 'alert'") == [(1,)]
    await ratna.taps("Lihat")
    await ratna.sees("Menjawab Tidak aman.")


async def test_typed_tidak_aman_is_kritis_asked_or_not(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)

    await sari.writes("Gak aman!!")

    assert (await sari.last())["text"] == DANGER
    assert await rung(ratna) == (1, 0)
    await ratna.taps("Saya tangani")
    await sari.writes("tidak aman bu")
    assert await rung(ratna) == (2, 0), "what somebody took never swallows a new cry"


async def test_the_answer_to_the_safety_question_closes_nothing(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)

    await sari.writes(CRITICAL)
    assert as_seen(await sari.last()) == HARD_WORDS
    await sari.taps("Aman")
    await sari.sees_last("Terima kasih, Bapak/Ibu. Petugas tetap akan menelepon.")
    await sari.writes("belum tahu")
    await sari.sees_last("Kalau perlu bantuan sekarang, tekan Bantuan.")

    assert await world.rows("select urgency, state from alerts where kind = 'alert'") == [
        ("kritis", "open")
    ]
    answers = [(row.item, row.value, row.text) for row in await world.replies() if row.item]
    assert answers == [("safe_now", 0, None), ("safe_now", 1, "belum tahu")]


async def test_denied_and_harmless_words_wait_on_one_reading_list(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)

    for text in (DENIED, HARMLESS, "besok libur ya"):
        await sari.writes(text)
        assert (await sari.last())["text"] == GENERAL
    await world.forward(hours=5)
    assert await rung(ratna) == (0, 1)
    await ratna.taps("Lihat")
    for text in (DENIED, HARMLESS, "besok libur ya"):
        await ratna.sees_last(f"“{text}”")
    await taps_all(ratna, ["Saya tangani", "Sudah dibaca", "Lewati catatan"])
    assert await world.rows("select count(*) from words where read_at is null") == [(0,)]
    await sari.writes("pagi bu")

    assert await rung(ratna) == (0, 2)


async def test_unsure_words_wait_an_hour_for_benar_or_bukan(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)

    await sari.writes(UNSURE)
    first = await ratna.last()
    assert as_seen(first) == (TUGAS, ["Lihat", "Benar", "Bukan"])
    assert first["silent"] is True
    await ratna.taps("Lihat")
    await ratna.sees_last("Benar atau Bukan")
    await ratna.taps("Bukan")
    await world.forward(hours=2)
    assert await rung(ratna) == (0, 1)

    await sari.writes(UNSURE)
    await ratna.taps("Benar")
    assert await rung(ratna) == (1, 2)
    assert (await ratna.last())["silent"] is False
    await taps_all(ratna, ["Saya tangani", "Bicara, aman", "Lewati catatan"])

    await sari.writes(UNSURE)
    await world.forward(minutes=59)
    assert await rung(ratna) == (1, 3)
    await world.forward(minutes=2)
    assert await rung(ratna) == (2, 3)


async def test_an_edit_is_a_new_version_that_may_only_raise(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await sari.writes(HARMLESS)
    said = await sari.texts()

    await sari.edits(HARMLESS, CRITICAL)
    assert await rung(ratna) == (1, 1)
    await ratna.taps("Saya tangani")
    again = f"{CRITICAL} bu"
    await sari.edits(CRITICAL, again)
    assert (await rung(ratna))[0] == 1, "the same thing rings once"
    worse = f"{again}, tadi dia kabur dari rumah"
    await sari.edits(again, worse)
    assert (await rung(ratna))[0] == 2, "a new thing rings"
    await sari.edits(worse, "tidak jadi bu")

    assert await sari.texts() == said, "an edit is not answered"
    kept = [row for row in await world.replies() if row.item is None]
    assert [row.text for row in kept] == [HARMLESS, CRITICAL, again, worse, "tidak jadi bu"]
    following = [row.reply_id for row in kept[1:]]
    assert [row.replaced_by for row in kept] == [*following, None]
    open_alerts = "select count(*) from alerts where kind = 'alert' and state <> 'closed'"
    assert await world.rows(open_alerts) == [(2,)]
    await ratna.taps("Lihat")
    await ratna.sees_last("Kata tentang anak hilang atau pergi dari rumah.")


async def test_an_edited_answer_may_rise_and_is_kept_where_it_falls(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await world.first_checkin(sari)
    await taps_all(sari, ["Mulai", *["Tidak ada"] * 7])
    await sari.writes("Ada, mau bicara")

    await sari.edits("Ada, mau bicara", "Ada, mohon segera")
    assert await rung(ratna) == (1, 0)
    await sari.edits("Ada, mohon segera", "Tidak ada")

    values = [row.value for row in await world.replies() if row.item == "safety"]
    assert values == [2, 3, 0]
    assert await world.rows("select urgency, state from alerts where kind = 'alert'") == [
        ("kritis", "open")
    ]
