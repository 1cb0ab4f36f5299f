"""Ends that humans decide, and the door that stays open: goodbyes, MULAI, a child who comes of age,
a school year."""

from dataclasses import replace
from datetime import date

from bot.usecases import case_ends, contact_ends, enrol
from flows.model import Level, Risk
from tests.e2e.conftest import World
from tests.e2e.decisions import WHY, case_states, contact_states, day, decides, plan_tasks
from tests.e2e.records import a_contact
from tests.e2e.scenes import notice, takes, taps_all

GOODBYE = (
    "Terima kasih sudah ikut, Bapak/Ibu. Mulai hari ini tidak ada kabar rutin lagi. Pintu kami "
    "tetap terbuka. Kapan saja mau ikut lagi, tulis MULAI. Nomor penting ada di Bantuan."
)
SOON = "sebentar lagi kabar rutin ini selesai"
OF_AGE = "Anak sudah dewasa. Tanyakan langsung kepadanya; persetujuannya dari dia sendiri."


async def test_a_goodbye_is_announced_comes_on_its_day_and_mulai_opens_the_door(
    world: World,
) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, risk=Risk.HIGH, level=Level.DISCREET)
    await decides(world, case_ends.close, on=await day(world, 20), is_silent=False)
    assert await sari.count(SOON) == 0

    await world.until(9, 1, days=5)
    assert await sari.count(SOON) == 1
    await world.forward(days=14)
    await sari.sees_last(GOODBYE)
    assert await case_states(world) == ["closed"]
    assert await contact_states(world) == ["farewell"]
    seen = await sari.pushes()
    await world.until_weekday(0, 10)
    await world.forward(days=21)
    assert await sari.pushes() == seen

    await sari.writes("mulai")
    await sari.sees_last("Baik, Bapak/Ibu. Petugas akan menyapa dulu.")
    assert await case_states(world) == ["closed"], "not before the worker agrees"
    await taps_all(ratna, ["Saya tangani", "Ikut lagi", "Lewati catatan"])
    assert await case_states(world) == ["active"]
    await world.first_checkin(sari)


async def test_a_goodbye_at_once_at_a_waits_for_safe_hours_and_may_be_silent(
    world: World,
) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, "K-1")
    wati = await world.enrolled(ratna, "K-2", name="Wati", level=Level.DISCREET)
    await world.first_checkin(sari)
    await world.until(20)
    seen = await wati.pushes()

    for code, is_silent in (("K-1", False), ("K-2", True)):
        await decides(world, case_ends.close, code, on=None, is_silent=is_silent)

    assert await sari.count("Terima kasih sudah ikut") == 0
    await world.until(9, 1)
    await sari.sees_last(GOODBYE)
    assert await case_states(world) == ["closed", "closed"]
    await world.forward(days=20)
    assert await wati.pushes() == seen
    assert (await sari.texts())[-1] == GOODBYE


async def test_a_goodbye_that_is_near_is_told_at_once_and_can_be_taken_back(
    world: World,
) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, risk=Risk.HIGH)
    await world.until(20)
    await decides(world, case_ends.close, on=await day(world, 5), is_silent=False)
    await decides(world, case_ends.keep_open)
    await decides(world, case_ends.close, on=await day(world, 6), is_silent=False)
    await world.until(9, 1)
    assert await sari.count(SOON) == 1, "the first announcement was still unsent"

    await decides(world, case_ends.keep_open)

    await world.forward(days=7)
    assert await sari.count(GOODBYE) == 0
    assert len([text for text in await sari.pushes() if "Apa kabar minggu ini?" in text]) >= 2


async def test_whoever_comes_back_after_the_programme_was_over_becomes_a_task(
    world: World,
) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, left_on=await day(world, -51 * 7))
    await decides(world, case_ends.close, on=None, is_silent=False)
    await world.forward(days=30)
    await sari.writes("MULAI")

    await taps_all(ratna, ["Saya tangani", "Ikut lagi", "Lewati catatan"])

    assert await plan_tasks(world) == ["programme_over"]
    assert await case_states(world) == ["active"]
    await decides(world, case_ends.extend, weeks=12)
    await world.forward(days=30)
    assert any("Apa kabar minggu ini?" in text for text in await sari.pushes())


async def test_on_the_eighteenth_birthday_everything_ends_without_a_word(world: World) -> None:
    ratna = await world.staff("Ratna")
    today = await day(world)
    adult_on = await day(world, 10)
    born = date(adult_on.year - 18, adult_on.month, min(adult_on.day, 28))
    sari = await world.enrolled(ratna, birth_date=born, risk=Risk.HIGH)
    await world.first_checkin(sari)
    await world.forward(days=(date(born.year + 18, born.month, born.day) - today).days)

    assert await contact_states(world) == ["farewell"]
    assert await plan_tasks(world) == ["comes_of_age", "of_age"]
    await sari.sees_nothing_of("Terima kasih sudah ikut")
    seen = await sari.pushes()
    await world.forward(days=20)
    assert await sari.pushes() == seen

    await sari.writes("mulai")
    told = len(await sari.messages())
    await takes(ratna, notice("Tugas"))
    await ratna.taps("Ikut lagi")
    assert await ratna.toast() == OF_AGE
    assert await contact_states(world) == ["farewell"]
    await world.forward(days=8)
    assert len(await sari.messages()) == told


async def test_a_school_is_asked_by_its_own_code_up_to_its_last_day(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    teacher = await world.meets("Guru")
    ends_on = await day(world, 30)

    def add(tx: object) -> enrol.Invitation:
        now = world._command_now(tx)
        case = enrol.case_of(tx, "K-0142")  # type: ignore[arg-type]
        new = replace(a_contact(case, Level.DISCREET, None, name="Pak Karangan"), code="S-07")
        room = world.room
        return contact_ends.add_school(tx, room, new, ends_on=ends_on, now=now)  # type: ignore[arg-type]

    made = await world.write(add)
    await teacher.opens(made.token)
    await teacher.taps("Lanjut")
    await ratna.taps("Orangnya di depan saya")
    await teacher.taps("Setuju")
    await world.until(9, 1)
    await teacher.sees_last("S-07")
    for child in ("Kakak", "anak"):
        await teacher.sees_nothing_of(child)

    await world.until(9, 1, days=28)

    await teacher.sees_last("Terima kasih atas bantuannya, Bapak/Ibu.")
    assert await contact_states(world) == ["active", "farewell"]
    assert await case_states(world) == ["active"]
    seen = await teacher.pushes()
    await world.forward(days=60)
    assert await teacher.pushes() == seen
    assert await sari.count("Terima kasih atas bantuannya") == 0


async def test_one_of_two_contacts_ends_and_the_other_is_asked_as_before(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, level=Level.DISCREET)
    nenek = await world.meets("Nenek")

    def add(tx: object) -> enrol.Invitation:
        case = enrol.case_of(tx, "K-0142")  # type: ignore[arg-type]
        new = a_contact(case, Level.DISCREET, None, name="Nenek Karangan")
        return enrol.add_contact(tx, new, now=world._command_now(tx))  # type: ignore[arg-type]

    made = await world.write(add)
    await nenek.opens(made.token)
    await taps_all(nenek, ["Lanjut"])
    await ratna.taps("Orangnya di depan saya")
    await nenek.taps("Setuju")

    now = await world.now()
    await world.write(
        contact_ends.end_contact, world.room, sari.owner_id, WHY, is_silent=False, now=now
    )
    await world.settles()

    await sari.sees_last(GOODBYE)
    assert await contact_states(world) == ["farewell", "active"]
    seen = await sari.pushes()
    await world.until(9, 1)
    await nenek.sees_last("pertanyaan pendek")
    await world.forward(days=20)
    assert await sari.pushes() == seen
