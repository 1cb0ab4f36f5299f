"""A check-in at B: a doorbell that anybody in the house may read, and one reply to everything."""

from flows.model import Level
from tests.e2e.conftest import Phone, World
from tests.e2e.scenes import (
    CRITICAL,
    DAYS,
    HARMLESS,
    as_seen,
    kept_answers,
    notice,
    taps_all,
)

EVERYTHING = (
    "Terima kasih kabarnya, Bapak/Ibu. Mau bicara dengan petugas? Tekan Telepon saya. "
    "Nomor penting ada di Bantuan.",
    ["Telepon saya", "Bantuan"],
)
CALL = ("Tidak perlu", "Boleh, jam biasa", "Ya, secepatnya")


async def own_messages(phone: Phone) -> int:
    """How many of the person's own messages are still there, photos among them."""
    return sum(message["from"] == "person" for message in (await phone.chat())["messages"])


async def test_five_items_say_anak_and_add_nothing_up(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, level=Level.DISCREET)
    await world.first_checkin(sari)
    await sari.sees_last("Ada 5 pertanyaan pendek, sekitar 1 menit.")
    pushed = await sari.pushes()

    await sari.taps("Mulai")
    await sari.sees_last("1/5\nDalam 7 hari ini, berapa hari anak susah tidur?")
    await taps_all(sari, ["5-7 hari", "3-4 hari", "Kembali", "1-2 hari", "5-7 hari"])
    await sari.sees_last("4/5\nDalam 7 hari ini, berapa hari anak malas sekolah?")
    await sari.taps("Tidak tahu")
    await sari.sees_last("5/5\nMinggu ini mau ditelepon petugas?")
    assert await sari.buttons() == [*CALL, "Kembali"]
    await sari.taps("Tidak perlu")

    assert as_seen(await sari.last()) == EVERYTHING
    assert await sari.pushes() == pushed
    items = [item for item, _, _ in await kept_answers(world)]
    assert items == ["sleep", "eat", "eat", "play", "school", "call"]
    assert await world.rows("select state, total, band from checkins") == [("finished", None, None)]
    await sari.sees_nothing_of("Kakak")


async def test_typed_answers_work_and_leave_the_phone(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, level=Level.DISCREET)
    await world.first_checkin(sari)

    for number, word in enumerate(["Mulai", "3", "gak ada", "5-7 hari"], start=1):
        await sari.writes(word)
        await sari.sees_last(f"{number}/5")
        assert await own_messages(sari) == 0
    question = await sari.last()
    await sari.writes(HARMLESS)
    assert as_seen(await sari.last()) == EVERYTHING
    assert (await sari.message(question["message_id"])) == question, "the question stays"
    await taps_all(sari, ["Tidak ada"])
    await sari.writes("boleh")

    assert await own_messages(sari) == 0
    assert as_seen(await sari.last()) == EVERYTHING
    given = await kept_answers(world)
    assert [value for _, value, _ in given] == [2, 0, 3, 0, 1]
    assert [words for _, _, words in given] == ["3", "gak ada", "5-7 hari", None, "boleh"]
    assert HARMLESS in [row.text for row in await world.replies()]


async def test_one_reply_answers_small_talk_a_photo_and_a_cry_for_help(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, level=Level.DISCREET)
    before = len(await sari.messages())

    await sari.writes("selamat pagi bu")
    await sari.does("photo")
    await sari.writes(CRITICAL)
    await sari.writes("tidak aman")
    await world.forward(hours=3)

    replies = (await sari.messages())[before:]
    assert [as_seen(message) for message in replies] == [EVERYTHING] * 4
    assert {message["silent"] for message in replies} == {True}
    assert await own_messages(sari) == 0
    await ratna.sees(notice("Kritis"))
    assert (CRITICAL in [row.text for row in await world.replies()]) is True


async def test_what_is_asked_of_staff_stands_on_their_phone_only(world: World) -> None:
    ratna = await world.staff("Ratna")
    umi, sari, wati = [
        await world.enrolled(ratna, code, name=name, level=Level.DISCREET)
        for code, name in (("K-1", "Umi"), ("K-2", "Sari"), ("K-3", "Wati"))
    ]
    await world.first_checkin(umi)

    for mother, call in zip((umi, sari, wati), CALL, strict=True):
        await taps_all(mother, ["Mulai", DAYS[0], DAYS[1], DAYS[2], DAYS[3], call])

    seen = [[as_seen(message) for message in await m.messages()] for m in (umi, sari, wati)]
    assert seen[0] == seen[1] == seen[2]
    assert await ratna.count("1 hal perlu dilihat. K-1") == 0
    regular = next(m for m in await ratna.messages() if m["text"] == notice("Tinggi", "K-2"))
    urgent = next(m for m in await ratna.messages() if m["text"] == notice("Kritis", "K-3"))
    assert (regular["silent"], urgent["silent"]) == (True, False)
