"""What happens at the edges: a phone that is lost, a second tap, pages still on their way."""

from typing import Any

from bot.usecases import enrol
from flows.model import Level, Role
from storage import deliveries
from tests.e2e.conftest import Phone, World
from tests.e2e.scenes import late_text, notice, takes

CRITICAL = "dia bilang mau bunuh diri"
KRITIS = notice("Kritis")


async def on_a_new_phone(world: World, person: Phone) -> Phone:
    """The same member of staff with a new link on another phone."""

    def invite(tx: Any) -> str:
        now = world._command_now(tx)
        return enrol.invite_staff(tx, person.owner_id, now=now).token or ""

    phone = await world.meets(f"{person.name}, HP baru")
    phone.owner_id = person.owner_id
    await phone.opens(await world.write(invite))
    return phone


async def test_an_alert_goes_on_when_the_one_who_took_it_blocks_the_bot(world: World) -> None:
    ratna, dewi = await world.staff("Ratna"), await world.staff("Dewi", Role.SUPERVISOR)
    sari = await world.enrolled(ratna)
    await sari.writes(CRITICAL)
    await takes(ratna, KRITIS)

    await ratna.does("block")

    await dewi.sees(KRITIS)


async def test_a_new_phone_shows_once_what_is_open_and_gets_the_owners_buttons(
    world: World,
) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await sari.writes(CRITICAL)
    await takes(ratna, KRITIS)
    await ratna.does("block")

    new = await on_a_new_phone(world, ratna)

    assert await new.count(KRITIS) == 1
    await new.taps("Saya tangani")
    assert "Bicara, aman" in await new.buttons()


async def test_a_refusal_of_the_old_phone_says_nothing_about_the_new_one(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await sari.writes(CRITICAL)
    await ratna.taps("Lihat")
    new = await on_a_new_phone(world, ratna)
    await ratna.does("block")

    await world.forward(minutes=11)  # the details leave: a call to the phone that is lost

    states = await world.rows("select state from addresses where owner_kind = 'staff'")
    assert [row[0] for row in states] == ["active"]
    told = await new.count(KRITIS)
    await world.forward(minutes=15)
    assert await new.count(KRITIS) > told


async def test_a_late_typed_answer_at_b_moves_the_question_on_the_phone_too(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, level=Level.DISCREET)
    await world.first_checkin(sari)
    await sari.taps("Mulai")
    before = len(await sari.pushes())

    await late_text(world, sari, "2", minutes=5)

    await sari.sees("2/5")
    assert len(await sari.pushes()) == before


async def test_a_second_tap_on_not_reached_closes_nothing(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await sari.writes(CRITICAL)
    await takes(ratna, KRITIS)
    data, message = await ratna.button("Tidak tersambung")

    await ratna.taps("Tidak tersambung")
    await ratna.taps_old(data, message)

    assert [tuple(row) for row in await world.rows("select state, tries from alerts")] == [
        ("acknowledged", 1)
    ]
    await ratna.taps("Tidak tersambung lagi, lewat jalan lain")
    assert (await world.rows("select state from alerts"))[0][0] == "closed"


async def test_every_page_of_lihat_leaves_with_the_outcome(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await sari.writes(f"{CRITICAL} " + "lalu begini begitu, " * 180)
    await takes(ratna, KRITIS)

    await ratna.taps("Lihat")
    assert await ratna.count("lalu begini") > 1
    await ratna.taps("Bicara, aman")

    await ratna.sees_nothing_of("lalu begini")
    assert await world.write(lambda tx: deliveries.unsettled(tx, now=world._command_now(tx))) == 0


async def test_bukan_takes_the_words_off_the_phone(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await sari.writes("mungkin dia mau bunuh diri ya bu, saya kurang yakin")
    await ratna.taps("Lihat")
    await ratna.sees("saya kurang yakin")

    await ratna.taps("Bukan")

    await ratna.sees_nothing_of("saya kurang yakin")
    await world.forward(minutes=61)
    assert await ratna.count(KRITIS) == 0


async def test_a_typed_time_of_day_counts_also_once_the_call_was_taken(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await sari.writes("telepon saya")
    await ratna.taps("Saya tangani")

    await sari.writes("sore")

    await sari.sees_last("petugas akan menelepon")
