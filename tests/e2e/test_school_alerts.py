"""What a teacher writes or answers is about the pupil, and is never taken for the family."""

from dataclasses import replace

from bot.usecases import contact_ends, enrol
from flows.model import Level
from storage.transaction import Tx
from tests.e2e.conftest import Phone, World, agreed
from tests.e2e.decisions import day
from tests.e2e.records import a_contact
from tests.e2e.scenes import answers, ends, taps_all

ANSWERED = "Jumlah 7 (kuning, mulai 6)"


async def a_teacher(world: World) -> Phone:
    """A school contact of K-0142 who has agreed."""
    ends_on = await day(world, 100)

    def add(tx: Tx) -> enrol.Invitation:
        case = enrol.case_of(tx, "K-0142")
        new = replace(a_contact(case, Level.DISCREET, None, name="Pak Karangan"), code="S-07")
        return contact_ends.add_school(
            tx, world.room, new, ends_on=ends_on, now=world._command_now(tx)
        )

    made = await world.write(add)
    teacher = await world.meets("Guru")
    await teacher.opens(made.token)
    await world.write(agreed, made.owner_id, now=await world.now())
    return teacher


async def test_words_of_a_teacher_come_with_where_the_child_stands_at_home(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, baseline=5)
    await world.first_checkin(sari)
    await answers(sari, [1] * 7)
    await ends(sari)
    teacher = await a_teacher(world)
    await world.until(9, 1)
    await teacher.sees_last("tentang siswa S-07")
    await taps_all(teacher, ["Mulai", "Jarang", "Jarang", "Jarang", "Jarang"])

    await teacher.writes("ada yang mau saya ceritakan soal siswa ini")
    await taps_all(ratna, ["Lihat"])
    await ratna.sees(ANSWERED)


async def test_an_alert_about_the_form_of_a_school_shows_it_and_a_call_is_not_the_family(
    world: World,
) -> None:
    ratna = await world.staff("Ratna")
    await world.enrolled(ratna)
    teacher = await a_teacher(world)
    await world.until(9, 1)

    await taps_all(teacher, ["Mulai", "Hampir selalu"])
    await taps_all(ratna, ["Lihat"])

    await ratna.sees("Sebulan ini, seberapa sering siswa ini tidak masuk? Hampir selalu")
    await taps_all(ratna, ["Saya tangani", "Bicara, perlu lanjut"])
    met = await world.rows(
        "select kind, spoke from encounters join contacts on contacts.id = encounters.contact_id"
    )
    assert [(kind, bool(spoke)) for kind, spoke in met] == [("school", False)]


async def test_a_school_is_reminded_in_words_of_its_own_and_no_tap_ends_its_form(
    world: World,
) -> None:
    ratna = await world.staff("Ratna")
    await world.enrolled(ratna)
    teacher = await a_teacher(world)
    await world.until(9, 1)
    told = len(await teacher.pushes())

    await world.forward(days=1, hours=1)
    assert (await teacher.pushes())[told:] == [
        "Selamat pagi, Bapak/Ibu. Kalau ada waktu, ada beberapa pertanyaan pendek tentang siswa "
        "S-07."
    ]
    assert await teacher.buttons() == ["Mulai", "Telepon saya"]
    await teacher.taps("Mulai")
    await teacher.sees_last("1/4\nSebulan ini, seberapa sering siswa S-07 tidak masuk?")
    assert await world.rows("select state from checkins where slot = 'school'") == [("open",)]


async def test_a_school_that_never_answers_reads_nothing_of_a_missed_week(world: World) -> None:
    ratna = await world.staff("Ratna")
    await world.enrolled(ratna)
    teacher = await a_teacher(world)
    await world.until(9, 1)

    await world.forward(days=6)

    assert await world.rows("select state from checkins where slot = 'school'") == [("expired",)]
    await teacher.sees_last("Mau bicara dengan petugas? Tekan Telepon saya.")
    assert "Mulai" not in await teacher.buttons()
    assert not any("Minggu ini" in text for text in await teacher.pushes())
