"""Both clients send, edit, delete and upload, and a phone shows it."""

from typing import Any

import pytest

PICTURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x40\x00\x00\x00\xf0" + b"\x00" * 40


async def test_bot_learns_who_it_is(client: Any) -> None:
    me = await client.bot.get_me()

    assert (me.id, me.username, me.is_bot) == (4242, "kabar_bot", True)


async def test_message_stands_on_the_phone_as_it_was_sent(client: Any, sari: Any) -> None:
    sent = await client.bot.send_message(
        sari.id,
        "<b>Selamat</b> sore & apa kabar?",
        parse_mode="HTML",
        reply_markup=client.buttons(Mulai="go", Nanti="later"),
        disable_notification=True,
        protect_content=True,
    )

    (shown,) = [m for m in (await sari.chat())["messages"] if m["from"] == "bot"]
    assert shown["message_id"] == sent.message_id
    assert shown["text"] == sent.text == "Selamat sore & apa kabar?"
    assert shown["entities"] == [{"type": "bold", "offset": 0, "length": 7}]
    assert [button["text"] for button in shown["buttons"][0]] == ["Mulai", "Nanti"]
    assert shown["silent"] and shown["protected"] and sent.has_protected_content
    assert sent.chat.id == sari.id and sent.from_user.username == "kabar_bot"
    assert sent.reply_markup.inline_keyboard[0][1].callback_data == "later"


async def test_edit_changes_the_message_in_place(client: Any, sari: Any) -> None:
    sent = await client.bot.send_message(sari.id, "1/2", reply_markup=client.buttons(Ya="a"))

    edited = await client.bot.edit_message_text(
        "2/2", chat_id=sari.id, message_id=sent.message_id, reply_markup=client.buttons(Ya="b")
    )
    await client.bot.edit_message_reply_markup(chat_id=sari.id, message_id=sent.message_id)

    assert edited.text == "2/2" and edited.edit_date is not None
    (shown,) = [m for m in (await sari.chat())["messages"] if m["from"] == "bot"]
    assert shown["text"] == "2/2" and "buttons" not in shown


async def test_deleted_messages_leave_the_phone(client: Any, sari: Any) -> None:
    said = await sari.says("rahasia")
    first, second, third = [await client.bot.send_message(sari.id, text) for text in "abc"]

    await client.bot.delete_message(sari.id, said["message_id"])
    await client.bot.delete_messages(sari.id, [first.message_id, second.message_id, 999])

    messages = (await sari.chat())["messages"]
    assert [m["text"] for m in messages] == ["/start", "c"]
    assert messages[-1]["message_id"] == third.message_id


async def test_files_go_up_and_down(client: Any, sari: Any) -> None:
    report = await client.bot.send_document(
        sari.id, client.upload(b"laporan", "laporan.docx"), caption="Laporan"
    )
    photo = await client.bot.send_photo(sari.id, client.upload(PICTURE, "poster.png"))
    again = await client.bot.send_photo(sari.id, photo.photo[-1].file_id, caption="Lagi")
    await sari.sends("voice", b"suara", duration=3)
    (heard,) = await client.updates(timeout=0)

    assert (report.document.file_name, report.caption) == ("laporan.docx", "Laporan")
    assert (photo.photo[-1].width, photo.photo[-1].height) == (320, 240)
    assert await client.download(report.document.file_id) == b"laporan"
    assert await client.download(again.photo[-1].file_id) == PICTURE
    assert await client.download(heard.message.voice.file_id) == b"suara"


SENT = ("voice", "video", "video_note", "audio", "document", "sticker")


@pytest.mark.parametrize("kind", SENT)
async def test_what_a_person_sent_is_sent_on_by_its_id(
    client: Any, sari: Any, ratna: Any, kind: str
) -> None:
    sent = await sari.sends(kind, b"isi", duration=9)
    send = getattr(client.bot, f"send_{kind}")

    passed = await send(ratna.id, sent["file_id"], protect_content=True)

    there = getattr(passed, kind)
    assert there.file_id == sent["file_id"] and passed.has_protected_content
    assert await client.download(there.file_id) == b"isi"
    (shown,) = [m for m in (await ratna.chat())["messages"] if m["from"] == "bot"]
    assert (shown[kind]["file_id"], shown["protected"]) == (sent["file_id"], True)
    assert shown[kind].get("duration", 9) == 9
    with pytest.raises(client.refused, match=r"(?i)can't use file of type \w+ as photo"):
        await client.bot.send_photo(ratna.id, sent["file_id"])
    with pytest.raises(client.refused, match=r"(?i)wrong file identifier"):
        await send(ratna.id, "tidak-ada")


async def test_a_place_is_a_point(client: Any, sari: Any, raw: Any) -> None:
    sent = await client.bot.send_location(sari.id, -6.2, 106.8)

    assert (sent.location.latitude, sent.location.longitude) == (-6.2, 106.8)
    assert await raw.refused("sendLocation", chat_id=sari.id) == (
        400,
        "Bad Request: latitude is empty",
    )


async def test_new_recordings_have_their_length(client: Any, sari: Any) -> None:
    voice = await client.bot.send_voice(sari.id, client.upload(b"suara", "a.oga"), duration=5)
    again = await client.bot.send_document(sari.id, voice.voice.file_id)

    assert client.length(voice.voice) == client.length(again.voice) == 5  # a voice note it stays
    pushes = (await sari.chat())["lock_screen"]
    assert [push["text"] for push in pushes] == ["Voice message"] * 2


async def test_caption_is_edited(client: Any, sari: Any) -> None:
    sent = await client.bot.send_photo(sari.id, client.upload(PICTURE, "a.png"), caption="satu")

    await client.bot.edit_message_caption(
        chat_id=sari.id, message_id=sent.message_id, caption="dua"
    )

    assert await sari.sees() == ["dua"]


async def test_commands_are_kept(client: Any) -> None:
    await client.bot.set_my_commands(client.commands(mulai="Mulai", bantuan="Bantuan"))

    kept = await client.bot.get_my_commands()

    assert [(command.command, command.description) for command in kept] == [
        ("mulai", "Mulai"),
        ("bantuan", "Bantuan"),
    ]
    await client.bot.delete_my_commands()
    assert list(await client.bot.get_my_commands()) == []


async def test_chat_action_is_accepted(client: Any, sari: Any) -> None:
    await client.bot.send_chat_action(sari.id, "typing")

    assert (await sari.chat())["history"][-1]["kind"] == "action"
