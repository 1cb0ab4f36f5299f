"""A check-in at A: eight items in one message, by tap or typed, and nothing corrupts it."""

import re
from datetime import date

from tests.e2e.conftest import World, on_both
from tests.e2e.scenes import (
    DAYS,
    HARMLESS,
    ITEMS,
    kept_answers,
    labels_of,
    notice,
    taps_all,
)

THANKS = (
    "Terima kasih, Bapak/Ibu. Kabarnya sudah masuk. Satu tips kecil hari ini: .+"
    r"\. Kalau mau bicara dengan petugas, tekan Telepon saya\."
)
THANKS_WITHOUT_TIP = (
    "Terima kasih, Bapak/Ibu. Kabarnya sudah masuk. "
    "Kalau mau bicara dengan petugas, tekan Telepon saya."
)


@on_both
async def test_eight_items_move_through_one_message(world: World) -> None:
    sari = await world.family(await world.staff("Ratna"))
    await world.first_checkin(sari)
    opening, pushed = await sari.last(), await sari.pushes()
    assert opening["silent"] and opening["protected"]

    await sari.taps("Mulai")
    await sari.sees_last("1/8\nDalam 7 hari ini, berapa hari Kakak susah tidur?")
    assert await sari.buttons() == [*DAYS, "Tidak tahu"]
    await sari.taps("1-2 hari")
    await sari.sees_last("2/8\nDalam 7 hari ini, berapa hari makan Kakak tidak seperti biasa?")
    assert await sari.buttons() == [*DAYS, "Kembali", "Tidak tahu"]
    await taps_all(sari, ["Tidak tahu", *DAYS, "Tidak ada"])
    await sari.sees_last("8/8\nTerakhir. Ada yang bikin Bapak/Ibu khawatir minggu ini?")
    await sari.taps("Ada sedikit")
    await sari.sees_last("Ada yang ingin ditambahkan? Cukup singkat saja.")
    assert await sari.buttons() == ["Kembali", "Selesai"]
    await sari.taps("Selesai")

    ended = await sari.last()
    assert ended["message_id"] == opening["message_id"]
    assert re.fullmatch(THANKS, ended["text"])
    assert labels_of(ended) == ["Telepon saya"]
    assert await sari.pushes() == pushed, "edits make no push"
    values = [1, None, 0, 1, 2, 3, 0, 1]
    assert await kept_answers(world) == [
        (item, value, None) for item, value in zip(ITEMS, values, strict=True)
    ]


async def test_typed_answers_and_taps_mean_the_same(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await world.first_checkin(sari)
    await sari.writes("mulai")
    first = await sari.last()

    typed = ["3 hari", "gak ada", "2", "tiap hari", "Tidak tahu", "1-2 hari"]
    for number, word in enumerate(typed, start=2):
        await sari.writes(word)
        await sari.sees_last(f"{number}/8")
    assert labels_of(await sari.message(first["message_id"])) == []
    await sari.taps("3-4 hari")
    await sari.writes("2")  # elsewhere a digit is the number of the choice, from 0
    await sari.sees_last("8/8\nTentang apa, Bapak/Ibu?")
    await sari.writes("biaya")
    await sari.writes("tidak ada lagi")

    await sari.sees_last(THANKS_WITHOUT_TIP)
    await ratna.sees(notice("Tinggi"))
    given = await kept_answers(world)
    assert [value for _, value, _ in given] == [2, 0, 1, 3, None, 1, 2, 2, 2]
    assert [words for _, _, words in given] == [*typed, None, "2", "biaya"]
    assert given[-1][0] == "topic"


async def test_a_word_in_between_is_kept_and_the_question_comes_again_below(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await world.first_checkin(sari)
    await taps_all(sari, ["Mulai", "Tidak ada"])
    before = await sari.last()

    await sari.writes(HARMLESS)

    asked = await sari.last()
    assert asked["text"] == f"Terima kasih, sudah saya catat.\n\n{before['text']}"
    assert labels_of(asked) == labels_of(before)
    assert labels_of((await sari.messages())[-2]) == []
    await taps_all(sari, ["3-4 hari", *["Tidak ada"] * 6])
    await sari.writes("terima kasih ya bu")
    await sari.sees_last("Terima kasih, sudah saya catat. Ada lagi? Kalau tidak, tekan Selesai.")
    await sari.taps("Selesai")
    assert re.fullmatch(THANKS, (await sari.last())["text"])
    await ratna.sees(notice("Tugas"))
    texts = [row for row in await world.replies() if row.item is None]
    assert [row.text for row in texts] == [HARMLESS, "terima kasih ya bu"]
    assert all(row.value is None and row.checkin_id is not None for row in texts)


async def test_a_lowered_answer_is_kept_but_the_highest_counts(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await world.first_checkin(sari)
    await taps_all(sari, ["Mulai", "5-7 hari", "Kembali"])
    await sari.sees_last("1/8")

    await sari.taps("Tidak ada")
    await sari.sees_last("2/8")
    await taps_all(sari, ["Tidak ada"] * 7)
    await sari.taps("Selesai")

    first, second, *_ = [row for row in await world.replies() if row.item == "sleep"]
    assert (first.value, first.replaced_by) == (3, second.reply_id)
    assert (second.value, second.replaced_by) == (0, None)
    assert await world.rows("select state, total from checkins") == [("finished", 3)]
    await ratna.sees(notice("Perhatian"))
    await ratna.taps("Lihat")
    await ratna.sees("Yang dihitung tetap yang tertinggi.")


async def test_old_buttons_and_double_taps_change_nothing(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await world.first_checkin(sari)
    start = await sari.button("Mulai")
    await sari.taps("Mulai")
    old = await sari.button("5-7 hari")
    await sari.taps("Tidak ada")
    current = await sari.button("Tidak ada")

    await sari.taps_old(*start)
    await sari.taps_old(*old)
    await sari.sees_last("2/8")
    await sari.taps_old(*current)
    await sari.taps_old(*current)

    await sari.sees_last("3/8")
    assert await kept_answers(world) == [("sleep", 0, None), ("eat", 0, None)]
    await taps_all(sari, ["Tidak ada"] * 6)
    finish = await sari.button("Selesai")
    await sari.taps("Selesai")
    ended = await sari.messages()
    for data, message in (start, old, current, finish):
        await sari.taps_old(data, message)
    assert await sari.messages() == ended
    assert len(await kept_answers(world)) == 8
    assert await ratna.count("1 hal perlu dilihat") == 0


async def test_items_speak_of_the_child_s_age(world: World) -> None:
    ratna = await world.staff("Ratna")
    year = (await world.now()).year
    young = await world.enrolled(ratna, "K-1", name="Umi", birth_date=date(year - 5, 1, 1))
    middle = await world.enrolled(ratna, "K-2", name="Sari", birth_date=date(year - 10, 1, 1))
    old = await world.enrolled(ratna, "K-3", name="Wati", birth_date=date(year - 15, 1, 1))
    await world.first_checkin(young)

    for mother in (young, middle, old):
        await mother.taps("Mulai")

    await young.sees_last("berapa hari Kakak bangun malam sambil menangis?")
    await middle.sees_last("berapa hari Kakak susah tidur?")
    await old.sees_last("berapa hari Kakak kurang tidur?")


async def test_a_restart_in_the_middle_loses_nothing(world: World) -> None:
    sari = await world.enrolled(await world.staff("Ratna"))
    await world.first_checkin(sari)
    await taps_all(sari, ["Mulai", "1-2 hari", "3-4 hari"])
    asked = await sari.last()

    await world.stops()
    await world.control("POST", f"people/{sari.id}/tap", {"label": "5-7 hari"})
    await world.starts()
    await world.settles()

    await sari.sees_last("4/8")
    assert (await sari.last())["message_id"] == asked["message_id"]
    await taps_all(sari, ["Kembali", "5-7 hari", *["Tidak ada"] * 5, "Selesai"])
    assert re.fullmatch(THANKS, (await sari.last())["text"])
    assert [value for _, value, _ in await kept_answers(world)] == [1, 2, 3, 3, 0, 0, 0, 0, 0]
