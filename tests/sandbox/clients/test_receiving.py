"""Both clients receive what people do, by polling and by webhook."""

import asyncio
from typing import Any

import pytest

PICTURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x40\x00\x00\x00\xf0" + b"\x00" * 40


async def test_tap_comes_as_a_query_and_its_answer_is_seen(client: Any, sari: Any) -> None:
    sent = await client.bot.send_message(sari.id, "1/2", reply_markup=client.buttons(Ya="yes"))
    await sari.taps("Ya")

    (update,) = await client.updates(timeout=0)
    await client.bot.answer_callback_query(update.callback_query.id, text="Baik", show_alert=True)

    query = update.callback_query
    assert (query.data, query.from_user.id) == ("yes", sari.id)
    assert (query.message.message_id, query.message.text) == (sent.message_id, "1/2")
    assert query.message.reply_markup.inline_keyboard[0][0].text == "Ya"
    assert query.chat_instance
    answered = (await sari.chat())["history"][-1]
    assert (answered["kind"], answered["text"], answered["show_alert"]) == (
        "answered",
        "Baik",
        True,
    )


async def test_everything_people_do_can_be_read(client: Any, sari: Any) -> None:
    said = await sari.says("halo")
    await sari.does("edit", message_id=said["message_id"], text="halo semua")
    await sari.does("contact")
    await sari.sends("photo", PICTURE, caption="gambar")
    await sari.sends("document", b"isi", file_name="surat.pdf", mime_type="application/pdf")
    await sari.does("sticker", emoji="👍")
    await sari.does("block")

    text, edit, contact, photo, document, sticker, block = await client.updates(timeout=0)

    assert (text.message.text, text.message.from_user.language_code) == ("halo", "id")
    assert edit.edited_message.text == "halo semua"
    assert edit.edited_message.message_id == text.message.message_id
    assert contact.message.contact.phone_number == "+6281234567890"
    assert contact.message.contact.user_id == sari.id
    assert photo.message.caption == "gambar" and photo.message.photo
    assert document.message.document.file_name == "surat.pdf"
    assert sticker.message.sticker.emoji == "👍"
    assert block.my_chat_member.old_chat_member.status == "member"
    assert block.my_chat_member.new_chat_member.status == "kicked"
    assert block.my_chat_member.from_user.id == sari.id


async def test_recordings_and_places_can_be_read(client: Any, sari: Any) -> None:
    for kind in ("voice", "video", "video_note", "audio"):
        await sari.does(kind, duration=6)
    await sari.does("location", latitude=-6.2, longitude=106.8)

    voice, video, note, audio, place = [u.message for u in await client.updates(timeout=0)]

    assert all(
        client.length(sent) == 6
        for sent in (voice.voice, video.video, note.video_note, audio.audio)
    )
    assert (place.location.latitude, place.location.longitude) == (-6.2, 106.8)


async def test_deep_link_brings_its_parameter(client: Any, stranger: Any) -> None:
    await stranger.does("start", link="https://t.me/kabar_bot?start=f_a1-B2")

    (update,) = await client.updates(timeout=0)

    assert update.message.text == "/start f_a1-B2"
    assert (update.message.entities[0].type, update.message.entities[0].length) == (
        "bot_command",
        6,
    )


async def test_contact_button_shares_the_own_number(client: Any, sari: Any) -> None:
    await client.bot.send_message(
        sari.id, "Nomornya?", reply_markup=client.contact_keyboard("Kirim nomor")
    )

    await sari.does("press", label="Kirim nomor")

    (update,) = await client.updates(timeout=0)
    assert update.message.contact.user_id == sari.id
    assert (await sari.chat())["keyboard"] is None


async def test_offset_confirms_and_limit_cuts(client: Any, sari: Any) -> None:
    for word in ("satu", "dua", "tiga"):
        await sari.says(word)

    first = await client.updates(limit=1, timeout=0)
    same = await client.updates(timeout=0)
    rest = await client.updates(offset=first[0].update_id + 1, timeout=0)
    last = await client.updates(offset=-1, timeout=0)

    assert [u.message.text for u in first] == ["satu"]
    assert [u.message.text for u in same] == ["satu", "dua", "tiga"]
    assert [u.message.text for u in rest] == ["dua", "tiga"]
    assert [u.message.text for u in last] == ["tiga"]
    assert [u.message.text for u in await client.updates(timeout=0)] == ["tiga"]


async def test_long_poll_ends_with_the_first_update(client: Any, sari: Any) -> None:
    poll = asyncio.ensure_future(client.updates(timeout=30))
    await sari.says("halo")

    async with asyncio.timeout(5):
        (update,) = await poll

    assert update.message.text == "halo"


async def test_second_poller_ends_the_first(client: Any, raw: Any, control: Any) -> None:
    first = asyncio.ensure_future(client.updates(timeout=30))
    second = asyncio.ensure_future(_poll_until_conflict(raw, first))

    with pytest.raises(client.conflict, match="terminated by other getUpdates request"):
        async with asyncio.timeout(10):
            await first

    second.cancel()


async def _poll_until_conflict(raw: Any, other: "asyncio.Future[Any]") -> None:
    while not other.done():
        await raw.call("getUpdates", timeout=1)


async def test_no_polling_beside_a_webhook(client: Any) -> None:
    await client.bot.set_webhook("http://127.0.0.1:9/hook")

    with pytest.raises(client.conflict, match="can't use getUpdates method while webhook"):
        await client.updates(timeout=0)

    assert (await client.bot.get_webhook_info()).url == "http://127.0.0.1:9/hook"
    await client.bot.delete_webhook()
    assert await client.updates(timeout=0) == []


async def test_webhook_carries_the_secret_and_is_repeated(
    client: Any, sari: Any, hook: Any
) -> None:
    hook.answers = [500, 200]
    await client.bot.set_webhook(hook.url, secret_token="kata_sandi-1")

    await sari.says("halo")

    received = [await hook.next() for _ in range(2)]
    assert [secret for secret, _ in received] == ["kata_sandi-1"] * 2
    assert {update["message"]["text"] for _, update in received} == {"halo"}
    assert received[0][1]["update_id"] == received[1][1]["update_id"]
