"""The control side: what stands on a phone, what is on record, and what it refuses."""

import asyncio
from typing import Any

import pytest
from aiohttp import FormData

from bot.sandbox import Sandbox


async def test_history_keeps_what_the_phone_no_longer_shows(
    raw: Any, sari: Any, control: Any
) -> None:
    sent = await raw.ok("sendMessage", chat_id=sari.id, text="satu")
    where = {"chat_id": sari.id, "message_id": sent["message_id"]}
    await raw.ok("editMessageText", text="dua", **where)
    await raw.ok("deleteMessage", **where)

    chat = await sari.chat()

    told = [(event["kind"], event["message"]["text"]) for event in chat["history"]]
    assert told == [("sent", "/start"), ("sent", "satu"), ("edited", "dua"), ("deleted", "dua")]
    assert [message["text"] for message in chat["messages"]] == ["/start"]
    assert [(push["text"], push["deleted"]) for push in chat["lock_screen"]] == [("satu", True)]
    assert all(event["at"] > 0 for event in chat["history"])


async def test_chat_remembers_the_newest_of_a_long_time(raw: Any, sari: Any, control: Any) -> None:
    await control.post("limits", enabled=False)
    for number in range(2010):
        await raw.ok("sendMessage", chat_id=sari.id, text=str(number))

    chat = await sari.chat()

    assert [event["message"]["text"] for event in chat["history"]][::1999] == ["10", "2009"]
    assert [push["text"] for push in chat["lock_screen"]][::1999] == ["10", "2009"]
    assert len(chat["messages"]) == 2011


async def test_lock_screen_shows_the_beginning_only(raw: Any, sari: Any) -> None:
    await raw.ok("sendMessage", chat_id=sari.id, text="x" * 500, disable_notification=True)

    (push,) = (await sari.chat())["lock_screen"]

    assert (len(push["text"]), push["silent"]) == (120, True)


async def test_label_means_the_newest_button_of_that_name(raw: Any, sari: Any) -> None:
    for data in ("lama", "baru"):
        keyboard = {"inline_keyboard": [[{"text": "Ya", "callback_data": data}]]}
        await raw.ok("sendMessage", chat_id=sari.id, text=data, reply_markup=keyboard)

    await sari.taps("Ya")

    assert await raw.texts() == ["baru"]


async def test_reply_keyboard_is_pressed_and_goes(raw: Any, sari: Any) -> None:
    keyboard = {"keyboard": [["Aman", {"text": "Tidak aman"}]], "resize_keyboard": True}
    await raw.ok("sendMessage", chat_id=sari.id, text="Aman?", reply_markup=keyboard)

    await sari.taps("Tidak aman")
    await raw.ok(
        "sendMessage", chat_id=sari.id, text="Baik", reply_markup={"remove_keyboard": True}
    )

    assert await raw.texts() == ["Tidak aman"]
    assert (await sari.chat())["keyboard"] is None


async def test_own_message_is_deleted_without_telling_the_bot(raw: Any, sari: Any) -> None:
    said = await sari.says("salah")
    await raw.ok("getUpdates", offset=said["update_id"] + 1)

    await sari.does("delete", message_id=said["message_id"])

    assert await raw.texts() == []
    assert (await sari.chat())["history"][-1]["by"] == "person"


async def test_contact_of_someone_else_can_be_shared(raw: Any, sari: Any) -> None:
    other = {"phone_number": "+62800", "first_name": "Lain"}

    await sari.does("contact", contact=other)

    (update,) = await raw.ok("getUpdates")
    assert update["message"]["contact"] == other


async def test_events_can_be_waited_for(raw: Any, sari: Any, control: Any) -> None:
    seen = (await control.get("events"))["next"]
    waiting = asyncio.ensure_future(
        control.get("events", after=seen, timeout=20, kind="sent", person=sari.id)
    )
    await raw.ok("sendChatAction", chat_id=sari.id, action="typing")
    await raw.ok("sendMessage", chat_id=sari.id, text="halo")

    async with asyncio.timeout(5):
        found = await waiting

    assert [event["message"]["text"] for event in found["events"]] == ["halo"]
    assert (await control.get("events", after=found["next"], kind="sent"))["events"] == []


async def test_calls_are_on_record_without_tokens_and_files(
    sandbox: Sandbox, session: Any, raw: Any, sari: Any, control: Any
) -> None:
    url = f"{sandbox.url}/bot4242:conformance-secret/sendDocument"
    form = FormData({"chat_id": str(sari.id), "caption": "Laporan"})
    form.add_field("document", b"isi-rahasia", filename="laporan.txt")
    async with session.post(url, data=form) as reply:
        assert reply.status == 200

    (call,) = (await control.get("calls", chat_id=sari.id))["calls"]

    assert (call["method"], call["answer"]["ok"]) == ("sendDocument", True)
    assert call["params"] == {
        "chat_id": str(sari.id),
        "caption": "Laporan",
        "files": {"document": {"file_name": "laporan.txt", "size": 11}},
    }
    async with session.get(f"{sandbox.url}/control/calls") as reply:
        record = await reply.text()
    assert "conformance-secret" not in record and "isi-rahasia" not in record


async def test_commands_of_a_bot_can_be_looked_at(raw: Any, control: Any) -> None:
    await raw.ok("setMyCommands", commands=[{"command": "mulai", "description": "Mulai"}])

    (bot,) = (await control.get("bots"))["bots"]

    assert bot["commands"][0]["commands"] == [{"command": "mulai", "description": "Mulai"}]


async def test_reset_forgets_everything(raw: Any, sari: Any, control: Any) -> None:
    await control.forward(hours=1)
    await control.post("limits", enabled=False)
    poll = asyncio.ensure_future(raw.call("getUpdates", timeout=30))
    await control.get("calls")

    await control.post("reset")

    assert (await poll)["result"] == []
    assert (await control.get("people"))["people"] == []
    assert (await control.get("clock"))["offset_s"] == 0
    assert (await control.get("limits"))["enabled"] is True


REFUSED = {
    "nobody": ("people/1/text", {"text": "a"}, 404, "No person 1"),
    "nameless": ("people", {}, 400, "`first_name` is missing"),
    "number": ("people", {"first_name": "A", "id": 0}, 400, "`id` must be a number"),
    "typo": ("clock", {"advance": 5}, 400, "Unknown: advance"),
    "backwards": ("clock", {"advance_s": -1}, 400, "`advance_s` must be a number of at least 0"),
    "flag": ("limits", {"enabled": "no"}, 400, "`enabled` must be true or false"),
    "fault": ("faults", {"kind": "fire"}, 400, "`kind` is one of"),
    "update": ("updates/1/redeliver", {}, 404, "No update 1"),
    "bot": ("updates", {"update": {}, "bot": "other_bot"}, 404, "No bot 'other_bot'"),
    "road": ("pigeons", {}, 404, "Not Found"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_wrong_requests_are_told_why(control: Any, case: str) -> None:
    path, body, status, words = REFUSED[case]

    answered, answer = await control.try_post(path, **body)

    assert answered == status
    assert words in answer["error"]


REFUSED_DEEDS = {
    "empty": ("text", {"text": " "}, 400, "1 to 4096"),
    "alphabet": ("start", {"parameter": "a b"}, 400, "64 characters"),
    "length": ("start", {"parameter": "a" * 65}, 400, "64 characters"),
    "button": ("tap", {"label": "Ya"}, 404, "No button 'Ya'"),
    "nothing": ("tap", {}, 400, "Say which button"),
    "message": ("tap", {"message_id": 99, "data": "a"}, 404, "No message 99"),
    "plain": ("tap", {"message_id": 1, "data": "a"}, 404, "no inline buttons"),
    "reply": ("press", {"label": "Ya"}, 404, "reply keyboard"),
    "unblock": ("unblock", {}, 409, "Nothing to change"),
    "base64": ("voice", {"base64": "%"}, 400, "not base64"),
    "caption": ("photo", {"caption": "x" * 1025}, 400, "1024"),
}


@pytest.mark.parametrize("case", REFUSED_DEEDS)
async def test_what_a_phone_cannot_do_is_refused(control: Any, sari: Any, case: str) -> None:
    deed, body, status, words = REFUSED_DEEDS[case]

    answered, answer = await control.try_post(f"people/{sari.id}/{deed}", **body)

    assert answered == status
    assert words in answer["error"]


async def test_blocked_phone_writes_nothing(control: Any, sari: Any) -> None:
    await sari.does("block")

    answered, answer = await control.try_post(f"people/{sari.id}/text", text="a")

    assert (answered, "unblock" in answer["error"]) == (409, True)


async def test_two_bots_must_be_told_apart(control: Any, stranger: Any) -> None:
    await control.post("bots", token="99:other", username="lain_bot")

    answered, answer = await control.try_post(f"people/{stranger.id}/text", text="a")
    named = await stranger.does("text", text="a", bot="lain_bot")
    again = await stranger.says("lagi")

    assert (answered, "several" in answer["error"].lower()) == (409, True)
    assert again["message_id"] == named["message_id"] + 1


async def test_nobody_to_talk_to_before_the_first_bot(sandbox: Sandbox, session: Any) -> None:
    person = {"first_name": "Sari"}
    async with session.post(f"{sandbox.url}/control/people", json=person) as reply:
        person_id = (await reply.json())["id"]

    async with session.post(f"{sandbox.url}/control/people/{person_id}/start") as reply:
        assert reply.status == 409
        assert "No bot has called yet" in (await reply.json())["error"]
