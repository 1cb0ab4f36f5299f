"""Flood limits, sizes and ages, with Telegram's own words."""

from io import BytesIO
from typing import Any

import pytest
from aiohttp import FormData

TOO_MANY = {
    "ok": False,
    "error_code": 429,
    "description": "Too Many Requests: retry after 1",
    "parameters": {"retry_after": 1},
}


async def sends(raw: Any, chat_id: int, times: int) -> list[bool]:
    return [
        (await raw.call("sendMessage", chat_id=chat_id, text=str(n)))["ok"] for n in range(times)
    ]


async def test_one_chat_takes_a_burst_then_one_a_second(raw: Any, sari: Any, control: Any) -> None:
    assert await sends(raw, sari.id, 4) == [True, True, True, False]
    assert await raw.call("sendMessage", chat_id=sari.id, text="x") == TOO_MANY

    await control.forward(seconds=1)

    assert await sends(raw, sari.id, 2) == [True, False]


async def test_all_chats_together_have_a_limit(raw: Any, sari: Any, control: Any) -> None:
    await control.post("limits", total_burst=2, total_per_s=0.1, chat_burst=100)
    other = await control.post("people", first_name="Budi")
    await control.post(f"people/{other['id']}/start")

    assert await sends(raw, sari.id, 2) == [True, True]

    refused = await raw.call("sendMessage", chat_id=other["id"], text="x")
    assert refused["parameters"] == {"retry_after": 10}


async def test_limits_can_be_switched_off(raw: Any, sari: Any, control: Any) -> None:
    await control.post("limits", enabled=False)

    assert all(await sends(raw, sari.id, 40))


async def test_refused_messages_cost_nothing(raw: Any, sari: Any) -> None:
    for _ in range(5):
        await raw.refused("sendMessage", chat_id=sari.id, text="")

    assert await sends(raw, sari.id, 3) == [True, True, True]


async def test_message_older_than_48_hours_stays(raw: Any, sari: Any, control: Any) -> None:
    sent = await raw.ok("sendMessage", chat_id=sari.id, text="lama")
    young = await raw.ok("sendMessage", chat_id=sari.id, text="juga lama")
    await control.forward(hours=47)
    await raw.ok("deleteMessage", chat_id=sari.id, message_id=young["message_id"])

    await control.forward(hours=2)

    wanted = {"chat_id": sari.id, "message_id": sent["message_id"]}
    assert await raw.refused("deleteMessage", **wanted) == (
        400,
        "Bad Request: message can't be deleted",
    )
    assert await raw.refused(
        "deleteMessages", chat_id=sari.id, message_ids=[sent["message_id"]]
    ) == (400, "Bad Request: message can't be deleted")
    assert await sari.sees() == ["lama"]


async def test_person_s_message_can_be_deleted_but_not_edited(raw: Any, sari: Any) -> None:
    said = await sari.says("rahasia")
    wanted = {"chat_id": sari.id, "message_id": said["message_id"]}

    assert (await raw.refused("editMessageText", text="x", **wanted))[1] == (
        "Bad Request: message can't be edited"
    )
    assert await raw.ok("deleteMessage", **wanted) is True


async def test_message_with_a_reply_keyboard_cannot_be_edited(raw: Any, sari: Any) -> None:
    sent = await raw.ok(
        "sendMessage", chat_id=sari.id, text="a", reply_markup={"keyboard": [["Aman"]]}
    )

    assert (
        await raw.refused(
            "editMessageText", chat_id=sari.id, message_id=sent["message_id"], text="b"
        )
    )[1] == "Bad Request: message can't be edited"


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ([], "object expected as reply markup"),
        ({"inline_keyboard": [[{"text": "Ya"}]]}, "Text buttons are unallowed"),
        ({"inline_keyboard": [[{"text": "", "callback_data": "a"}]]}, "non-empty"),
        ({"inline_keyboard": [[{"text": "Ya", "callback_data": "x" * 65}]]}, "BUTTON_DATA_INVALID"),
        ({"inline_keyboard": ["Ya"]}, "Array of Arrays"),
        ({"keyboard": [[1]]}, "can't parse keyboard button"),
    ],
)
async def test_wrong_keyboards_are_refused(raw: Any, sari: Any, markup: object, words: str) -> None:
    code, description = await raw.refused(
        "sendMessage", chat_id=sari.id, text="a", reply_markup=markup
    )

    assert code == 400
    assert words in description


async def test_sixty_four_bytes_of_data_are_enough(raw: Any, sari: Any) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Ya", "callback_data": "é" * 32}]]}

    assert await raw.ok("sendMessage", chat_id=sari.id, text="a", reply_markup=keyboard)


async def test_4096_characters_count_after_the_markup(raw: Any, sari: Any) -> None:
    text = f"<b>{'x' * 4096}</b>"

    await raw.ok("sendMessage", chat_id=sari.id, text=text, parse_mode="HTML")

    assert (await raw.refused("sendMessage", chat_id=sari.id, text=text))[1] == (
        "Bad Request: message is too long"
    )


async def test_reply_needs_its_message(raw: Any, sari: Any) -> None:
    said = await sari.says("tanya")
    reply = {"message_id": said["message_id"]}

    answered = await raw.ok("sendMessage", chat_id=sari.id, text="jawab", reply_parameters=reply)

    assert answered["reply_to_message"]["text"] == "tanya"
    assert (
        await raw.refused(
            "sendMessage", chat_id=sari.id, text="x", reply_parameters={"message_id": 999}
        )
    )[1] == "Bad Request: message to be replied not found"


async def test_picture_above_ten_megabytes_is_no_photo(
    sandbox: Any, session: Any, raw: Any, sari: Any
) -> None:
    url = f"{sandbox.url}/bot4242:conformance-secret/sendPhoto?chat_id={sari.id}"
    form = FormData()
    form.add_field("photo", BytesIO(b"x" * (10 * 1024 * 1024 + 1)), filename="besar.png")

    async with session.post(url, data=form) as reply:
        assert "too big for a photo" in (await reply.json())["description"]


async def test_document_may_be_an_address_or_a_known_file(raw: Any, sari: Any) -> None:
    by_address = await raw.ok(
        "sendDocument", chat_id=sari.id, document="https://example.org/panduan.pdf"
    )

    again = await raw.ok(
        "sendDocument", chat_id=sari.id, document=by_address["document"]["file_id"]
    )

    assert again["document"]["file_name"] == "panduan.pdf"
