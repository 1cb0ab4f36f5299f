"""What families send reaches whoever has tapped Lihat: the same file, protected, not for long."""

from datetime import datetime
from typing import Any

import pytest

from bot.usecases.post import post
from flows.model import Level, Role
from storage import addresses
from storage.outbox import Attachment, Lane, Outgoing, Payload
from storage.transaction import Tx
from tests.e2e.conftest import Phone, World
from tests.e2e.scenes import CRITICAL, as_seen, labels_of, notice, taps_all

NOT_YOURS = "Maaf, ini bukan untuk Anda buka."
RECEIVED = "Sudah diterima, petugas akan melihat."
REFUSED = (
    "K-0142. Tidak bisa diteruskan: pesan suara. Mohon tanyakan saat bertemu, atau saat menelepon"
)
KINDS = ("photo", "voice", "video", "video_note", "audio", "document", "sticker", "location")


async def files(phone: Phone) -> list[dict[str, Any]]:
    """The bot's messages with a file that stand on a phone, oldest first."""
    return [m for m in await phone.messages() if any(kind in m for kind in KINDS)]


def file_id(message: dict[str, Any]) -> str:
    kind = next(kind for kind in KINDS if kind in message)
    sent = message[kind][-1] if isinstance(message[kind], list) else message[kind]
    return str(sent["file_id"])


async def called(world: World, method: str) -> int:
    return len((await world.control("GET", f"calls?method={method}"))["calls"])


async def test_a_voice_note_is_heard_after_lihat_and_gone_at_the_outcome(world: World) -> None:
    ratna = await world.staff("Ratna")
    dewi = await world.staff("Dewi", Role.SUPERVISOR)
    sari = await world.enrolled(ratna)

    sent = await sari.does("voice", caption=CRITICAL, duration=7)
    await ratna.sees(notice("Kritis"))
    assert await files(ratna) == []
    await ratna.taps("Lihat")

    (heard,) = await files(ratna)
    assert file_id(heard) == sent["file_id"]
    assert (heard["voice"]["duration"], heard["protected"], heard["silent"]) == (7, True, True)
    assert "caption" not in heard
    await ratna.sees("(mengirim pesan suara)")
    await ratna.sees(f"“{CRITICAL}”")
    assert await files(dewi) == await files(sari) == []
    assert await called(world, "sendVoice") == 1
    await taps_all(ratna, ["Saya tangani", "Bicara, aman"])
    assert await files(ratna) == []
    assert await world.rows("select count(*) from audit where action = 'files_passed_on'") == [(1,)]


async def test_after_ten_minutes_it_is_gone_and_lihat_brings_it_again(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    sent = await sari.does("photo", caption="lihat tangannya bu")
    await sari.sees_last(RECEIVED)

    await ratna.taps("Lihat")
    await world.forward(minutes=9)
    (shown,) = await files(ratna)
    assert "caption" not in shown
    await world.forward(minutes=1, seconds=5)
    assert await files(ratna) == []

    await ratna.taps("Lihat")
    assert [file_id(message) for message in await files(ratna)] == [sent["file_id"]]
    await taps_all(ratna, ["Saya tangani", "Sudah dibaca"])
    assert await files(ratna) == []


async def test_nobody_gets_a_file_whom_the_case_is_not_for(world: World) -> None:
    ratna = await world.staff("Ratna")
    budi = await world.staff("Budi")
    hana = await world.staff("Hana", Role.HEAD)
    sari = await world.enrolled(ratna, "K-1", name="Sari")
    wati = await world.enrolled(ratna, "K-2", name="Wati")
    await sari.does("voice", caption=CRITICAL)
    look = await ratna.button("Lihat")

    for person in (budi, hana):
        await person.taps_old(*look)
        assert await person.toast() == NOT_YOURS
    for mother in (wati, sari):
        await mother.taps_old(*look)

    for phone in (ratna, budi, hana, wati, sari):
        assert await files(phone) == []
    assert await called(world, "sendVoice") == 0


@pytest.mark.parametrize(
    "refusal",
    [
        {"code": 404, "description": "Not Found: method not found"},
        {"code": 400, "description": "Bad Request: wrong file identifier/HTTP URL specified"},
    ],
    ids=["method", "file"],
)
async def test_where_a_file_is_refused_staff_read_what_to_do_instead(
    world: World, refusal: dict[str, Any]
) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await world.control("POST", "faults", {"kind": "error", "method": "sendVoice", **refusal})
    await sari.does("voice", caption=CRITICAL)

    await ratna.taps("Lihat")

    await ratna.sees_last(REFUSED)
    assert (await ratna.last())["protected"]
    await ratna.sees(f"“{CRITICAL}”")
    assert await world.rows("select count(*) from outbox where state <> 'sent'") == [(2,)]
    await taps_all(ratna, ["Saya tangani", "Bicara, aman"])
    await ratna.sees_nothing_of("Tidak bisa diteruskan")


async def test_a_file_whose_answer_was_lost_is_not_sent_twice(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await sari.does("voice", caption=CRITICAL)
    lost = {"kind": "drop_answer", "method": "sendVoice", "times": 1}
    await world.control("POST", "faults", lost)

    await ratna.taps("Lihat")
    await world.forward(minutes=5)

    assert len(await files(ratna)) == 1
    found = "select state from outbox where kind = 'detail' and verb = 'send' order by seq"
    assert await world.rows(found) == [("sent",), ("uncertain",)]


async def test_every_kind_of_file_is_passed_on_as_what_it_is(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    place = {"latitude": -6.2, "longitude": 106.8}

    for kind in KINDS:
        await sari.does(kind, **(place if kind == "location" else {}))
        await sari.sees_last(RECEIVED)
    await ratna.taps("Lihat")

    shown = await files(ratna)
    assert [next(kind for kind in KINDS if kind in message) for message in shown] == list(KINDS)
    assert shown[-1]["location"] == place
    assert all(message["protected"] for message in shown)


async def test_a_long_list_comes_ten_at_a_time(world: World) -> None:
    dewi = await world.staff("Dewi", Role.SUPERVISOR)
    tono = await world.meets("Tono")
    sent = [(await tono.does("photo"))["file_id"] for _ in range(12)]

    await dewi.taps("Lihat")

    assert [file_id(message) for message in await files(dewi)] == sent[:10]
    more = await dewi.last()
    assert as_seen(more) == ("tamu. Masih ada 2 kiriman lagi.", ["Tampilkan lagi"])
    await dewi.taps("Tampilkan lagi")
    assert [file_id(message) for message in await files(dewi)] == sent
    assert labels_of(await dewi.last()) == []
    await world.forward(minutes=10, seconds=5)
    assert await files(dewi) == []
    await dewi.sees_nothing_of("kiriman lagi")


async def test_at_b_the_one_reply_stays_and_unsure_words_bring_their_file(world: World) -> None:
    ratna = await world.staff("Ratna")
    wati = await world.enrolled(ratna, level=Level.DISCREET)
    await wati.writes("selamat siang")
    ordinary = as_seen(await wati.last())

    sent = await wati.does("voice", caption="kayaknya dia mau mati")

    assert as_seen(await wati.last()) == ordinary
    assert await ratna.buttons() == ["Lihat", "Benar", "Bukan"]
    await ratna.taps("Lihat")
    assert [file_id(message) for message in await files(ratna)] == [sent["file_id"]]
    await ratna.taps("Bukan")
    assert await files(ratna) == []
    assert await files(wati) == []


async def test_what_aiogram_refuses_as_a_whole_keeps_its_kind(world: World) -> None:
    """As where Telegram has changed a field: what came is passed on by what it is."""
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    ids = {kind: (await sari.does(kind))["file_id"] for kind in KINDS if kind != "location"}
    again = [
        *(
            {kind: [{"file_id": ids[kind]}] if kind == "photo" else {"file_id": ids[kind]}}
            for kind in ids
        ),
        {"location": {"latitude": -6.2, "longitude": 106.8, "live_period": "long"}},
    ]
    for number, sent in enumerate(again):
        person = {"id": sari.id, "is_bot": False, "first_name": "Sari"}
        said = {"chat": {"id": sari.id, "type": "private"}, "from": person, "date": "yesterday"}
        message = {"message_id": 901 + number, **said, **sent}
        await world.control("POST", "updates", {"update": {"message": message}})
    await world.settles()

    kept = await world.rows("select kind from attachments order by kind")
    assert [row[0] for row in kept] == sorted([*ids, *ids, "location"])


async def test_what_was_erased_breaks_no_lihat(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await sari.does("voice", caption=CRITICAL)

    def erase(tx: Tx, *, now: datetime) -> None:
        tx.vault.destroy(tx, f"contact:{sari.owner_id}", now=now)

    await world.write(erase, now=await world.now())
    await ratna.taps("Lihat")

    assert await files(ratna) == []
    await ratna.sees_last(REFUSED)
    await ratna.sees("“(sudah dihapus)”")
    await ratna.sees("Kata tentang ingin mati")


async def test_a_file_for_a_family_is_held_back_whatever_asked_for_it(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    sent = await sari.does("photo")

    def misdirected(tx: Tx, *, now: datetime) -> None:
        address = addresses.of(tx, "contact", sari.owner_id)
        assert address is not None
        payload = Payload(text="-", attachment=Attachment(kind="photo", file=sent["file_id"]))
        how = {"id": "astray", "lane": Lane.ANSWER, "kind": "detail", "verb": "send"}
        out = Outgoing(**how, address=address, payload=payload, not_before=now)
        post(tx, world.room, out, now=now)

    await world.write(misdirected, now=await world.now())
    await world.settles()

    assert await files(sari) == []
    held = await world.rows("select object from audit where action = 'file_held_back'")
    assert held == [("astray",)]


async def test_a_correction_brings_its_picture_once(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    sent = await sari.does("photo", caption="hujan terus")
    await sari.does("edit", message_id=sent["message_id"], text=CRITICAL)

    await ratna.sees(notice("Kritis"))
    await ratna.taps("Lihat")

    assert [file_id(message) for message in await files(ratna)] == [sent["file_id"]]
