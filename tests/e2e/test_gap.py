"""Telegram keeps a tap for 150 s: after a longer gap open questions are asked again, at A alone."""

from datetime import timedelta

from bot.clock import SystemClock
from flows.model import Level
from storage import gaps, settings
from storage.gaps import Gap
from tests.e2e.conftest import World
from tests.e2e.outages import does_unheard, returns_after, time_passes, was_away
from tests.e2e.scenes import CRITICAL, answers, labels_of, notice

AGAIN = "Maaf, Bapak/Ibu, saya kirim sekali lagi, ya."
UNANSWERED = "Maaf, Bapak/Ibu. Ada satu hal yang belum sempat terjawab. Lanjutkan?"


async def test_a_question_whose_tap_was_lost_is_asked_again_once_below_the_old_one(
    world: World,
) -> None:
    sari = await world.enrolled(await world.staff("Ratna"))
    await world.first_checkin(sari)
    await answers(sari, [1], worry=None)
    old = await sari.last()

    await world.stops()
    await does_unheard(sari, "tap", label="3-4 hari")
    await returns_after(world, seconds=200)

    asked = await sari.last()
    assert asked["text"] == f"{AGAIN}\n\nBelum selesai. Lanjutkan?"
    assert labels_of(asked) == ["Lanjutkan"]
    assert labels_of(await sari.message(old["message_id"])) == []
    await was_away(world, seconds=100)  # no gap, and another start
    assert await sari.count(AGAIN) == 1
    await sari.taps("Lanjutkan")
    await sari.sees_last("2/8\n")
    await sari.taps("3-4 hari")
    await sari.sees_last("3/8")
    await sari.sees_nothing_of(AGAIN)  # the same message moves on
    assert [(row.item, row.value) for row in await world.replies()] == [("sleep", 1), ("eat", 2)]


async def test_a_gap_that_is_still_there_after_a_crash_doubles_no_question(world: World) -> None:
    sari = await world.enrolled(await world.staff("Ratna"))
    await world.first_checkin(sari)
    wall, now = SystemClock().wall(), await world.now()
    gap = Gap(begins=wall - timedelta(minutes=5), ends=wall, offset=now - wall, due_at=now)

    for _ in range(2):  # the second time as if it had ended before the gap was closed
        await world.write(gaps.widen, settings.MISSED, gap)
        await world.forward(seconds=2)

    assert await sari.count(AGAIN) == 1
    asked = await world.rows("select id from outbox where lane = 3 and verb = 'send'")
    assert [row.id.rpartition(":after_gap:")[2].partition(":")[0] for row in asked] == [gap.name]
    assert await world.rows("select name from settings where name = 'receiving_gap'") == []


async def test_at_b_nothing_is_asked_again(world: World) -> None:
    sari = await world.enrolled(await world.staff("Ratna"), level=Level.DISCREET)
    await world.first_checkin(sari)
    await sari.taps("Mulai")
    before = await sari.pushes()

    await was_away(world, hours=3)

    assert await sari.pushes() == before


async def test_whoever_answered_by_text_in_the_gap_is_not_asked_again(world: World) -> None:
    sari = await world.enrolled(await world.staff("Ratna"))
    await world.first_checkin(sari)
    await answers(sari, [1], worry=None)

    await world.stops()
    await does_unheard(sari, "text", text="3")
    await returns_after(world, seconds=200)

    await sari.sees_last("3/8")
    await world.forward(minutes=5)
    assert not [text for text in await sari.pushes() if AGAIN in text]


async def test_what_stands_on_the_phone_is_what_comes_again(world: World) -> None:
    sari = await world.enrolled(await world.staff("Ratna"))
    await world.first_checkin(sari)

    await was_away(world, seconds=151)
    opening = await sari.last()
    assert opening["text"].startswith("Selamat pagi, Bapak/Ibu. Apa kabar minggu ini?")
    assert opening["text"].endswith(f"\n\n{AGAIN}")
    assert labels_of(opening) == ["Mulai", "Nanti", "Telepon saya"]

    await world.forward(days=1)
    await was_away(world, seconds=200)
    reminder = await sari.last()
    assert reminder["text"].endswith(AGAIN) and "Cukup tekan satu tombol saja" in reminder["text"]

    await sari.taps("Telepon saya")
    await sari.writes("mulai")
    await sari.taps("Tidak ada")
    await world.forward(minutes=31)
    await was_away(world, seconds=200)
    paused = await sari.last()
    assert AGAIN in paused["text"] and "Belum selesai. Lanjutkan?" in paused["text"]
    assert labels_of(paused) == ["Lanjutkan"]


async def test_at_night_it_waits_for_the_safe_hours_and_for_an_answer_until_then(
    world: World,
) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, name="Sari")
    tuti = await world.enrolled(ratna, "K-0002", name="Tuti")
    await world.first_checkin(sari)
    for mother in (sari, tuti):
        await answers(mother, [1], worry=None)
    await world.until(22)

    await was_away(world, minutes=20)
    assert AGAIN not in "".join([*await sari.pushes(), *await tuti.pushes()])
    await tuti.taps("Lanjutkan")
    await world.until(9, 5)

    await sari.sees_last(AGAIN)
    assert not [text for text in await tuti.pushes() if AGAIN in text]
    assert await world.rows("select name from settings where name = 'receiving_gap'") == []


async def test_whether_it_is_safe_is_asked_again_behind_a_line_that_anybody_may_read(
    world: World,
) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, name="Sari")
    tuti = await world.enrolled(ratna, "K-0002", name="Tuti")
    for mother in (sari, tuti):
        await mother.writes(CRITICAL)
    old = await sari.last()

    await world.stops()
    await does_unheard(sari, "tap", label="Tidak aman")
    await does_unheard(tuti, "text", text="aman")
    await returns_after(world, seconds=200)

    asked = await sari.last()
    assert asked["text"] == UNANSWERED
    assert labels_of(asked) == ["Lanjutkan"]
    assert labels_of(await sari.message(old["message_id"])) == []
    assert UNANSWERED not in await tuti.pushes()
    await sari.taps("Lanjutkan")
    await sari.sees_last("Apakah saat ini aman?")
    shown = await sari.last()
    assert shown["message_id"] == asked["message_id"]
    assert labels_of(shown) == ["Aman", "Tidak aman", "Belum tahu", "Bantuan"]
    await sari.taps("Tidak aman")
    await sari.sees_last("Mohon utamakan keselamatan")
    await ratna.sees(notice("Kritis"))
    await was_away(world, seconds=200)
    assert (await sari.pushes()).count(UNANSWERED) == 1


async def test_whom_staff_speak_with_is_not_asked_again_whether_it_is_safe(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await sari.writes(CRITICAL)
    await ratna.sees(notice("Kritis"))
    await ratna.taps("Saya tangani")

    await was_away(world, seconds=200)

    assert UNANSWERED not in await sari.pushes()


async def test_a_gap_within_which_the_break_came_asks_whether_to_go_on(world: World) -> None:
    sari = await world.enrolled(await world.staff("Ratna"))
    await world.first_checkin(sari)
    await answers(sari, [1], worry=None)

    await world.stops()
    await world.write(time_passes, timedelta(minutes=40))
    await returns_after(world, minutes=40)

    await sari.sees_last("Belum selesai. Lanjutkan?")
    assert AGAIN in (await sari.last())["text"]
