"""What a check-in leaves out is decided as it is asked and kept; a pulse is one tap."""

from datetime import timedelta
from pathlib import Path

from flows.model import Level, Risk
from flows.reading.folder import SHIPPED
from tests.e2e.conftest import World
from tests.e2e.scenes import DAYS, answers, ends, kept_answers, next_week, notice, taps_all

PULSE = "Apa kabar minggu ini? Cukup tekan satu tombol."
YEAR_ROUND = "school_holidays:\n  - {from: 01-01, to: 12-31}\n"


async def test_in_the_holidays_nobody_is_asked_about_school(world: World, tmp_path: Path) -> None:
    calendar = (SHIPPED / "calendar.yaml").read_text("utf-8")
    spans = calendar[calendar.index("school_holidays:") : calendar.index("# Libur yang")]
    folder = tmp_path / "content"
    folder.mkdir()
    (folder / "calendar.yaml").write_text(calendar.replace(spans, YEAR_ROUND), encoding="utf-8")
    await world.stops()
    world.settings = world.settings.model_copy(update={"content_dir": folder})
    await world.starts()
    sari = await world.enrolled(await world.staff("Ratna"), level=Level.DISCREET)
    await world.first_checkin(sari)

    await sari.sees_last("Ada 4 pertanyaan pendek")
    await taps_all(sari, ["Mulai", DAYS[0], DAYS[1], DAYS[2]])
    await sari.sees_last("4/4\nMinggu ini mau ditelepon petugas?")
    await sari.taps("Tidak perlu")

    assert [item for item, _, _ in await kept_answers(world)] == ["sleep", "eat", "play", "call"]
    assert await world.rows("select state, left_out from checkins") == [("finished", '["school"]')]


async def test_the_second_check_in_has_one_question_more_that_counts_for_nothing(
    world: World,
) -> None:
    sari = await world.enrolled(await world.staff("Ratna"), risk=Risk.HIGH)
    await world.first_checkin(sari)
    await answers(sari, [1, 1, 1, 0, 0, 0, 0])
    await sari.sees_last("Ada yang ingin ditambahkan?")
    await sari.taps("Selesai")
    await next_week(world, sari)

    await answers(sari, [1, 1, 1, 0, 0, 0, 0])
    await sari.sees_last("Satu lagi, boleh dilewati. Dalam 7 hari ini, berapa hari Kakak")
    await sari.writes("tiap hari")
    await ends(sari)

    assert await world.rows("select total from checkins order by planned_at") == [(3,), (3,)]
    assert ("strength", 3, "tiap hari") in await kept_answers(world)


async def test_a_pulse_is_answered_by_one_tap_or_leaves_without_a_word(world: World) -> None:
    ratna = await world.staff("Ratna")
    long_ago = (await world.now()).date() - timedelta(days=100)
    sari, umi = [
        await world.enrolled(ratna, code, name=name, risk=Risk.LOW, left_on=long_ago)
        for code, name in (("K-1", "Sari"), ("K-2", "Umi"))
    ]
    await world.first_checkin(sari)
    await world.forward(days=14)

    await sari.sees_last(PULSE)
    assert await sari.buttons() == ["Baik", "Kurang baik", "Telepon saya"]
    await sari.taps("Kurang baik")
    await sari.sees_last("Terima kasih sudah bilang, Bapak/Ibu. Petugas akan membaca.")
    await ratna.sees(notice("Tugas", "K-1"))

    asked, before = await umi.last(), len(await umi.pushes())
    await world.forward(days=2)
    assert len(await umi.pushes()) == before, "nobody is reminded of one tap"
    await world.forward(days=4)
    left = await umi.message(asked["message_id"])
    assert PULSE in left["text"]
    assert not left.get("buttons")
    assert len(await umi.pushes()) == before
    pulses = "select state from checkins where slot = 'pulse' order by state"
    assert await world.rows(pulses) == [("expired",), ("pulsed",)]
