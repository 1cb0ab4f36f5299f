"""How long updates live, in what order they come, and what an offset does to them."""

from typing import Any


async def ask(raw: Any, person: Any, text: str = "Aman?") -> int:
    keyboard = {"inline_keyboard": [[{"text": "Ya", "callback_data": "yes"}]]}
    sent = await raw.ok("sendMessage", chat_id=person.id, text=text, reply_markup=keyboard)
    return int(sent["message_id"])


async def test_tap_is_gone_after_150_seconds(raw: Any, sari: Any, control: Any) -> None:
    await ask(raw, sari)
    await sari.taps("Ya")
    await control.forward(seconds=149)
    assert await raw.texts() == ["yes"]

    await control.forward(seconds=2)

    assert await raw.texts() == []
    (*_, tap) = (await control.get("updates"))["updates"]
    assert (tap["kind"], tap["state"]) == ("callback_query", "expired")


async def test_text_is_gone_after_a_day_but_outlives_a_tap(
    raw: Any, sari: Any, control: Any
) -> None:
    await ask(raw, sari)
    await sari.says("tidak aman")
    await sari.taps("Ya")
    await control.forward(hours=23)
    assert await raw.texts() == ["tidak aman"]

    await control.forward(hours=2)

    assert await raw.texts() == []
    assert (await raw.ok("getWebhookInfo"))["pending_update_count"] == 0


async def test_expired_update_in_the_middle_is_skipped(raw: Any, sari: Any, control: Any) -> None:
    await ask(raw, sari)
    await sari.says("satu")
    await sari.taps("Ya")
    await sari.says("dua")

    await control.forward(seconds=151)

    assert await raw.texts() == ["satu", "dua"]


async def test_late_answer_to_a_tap_is_refused(raw: Any, sari: Any, control: Any) -> None:
    await ask(raw, sari)
    pressed = await sari.taps("Ya")
    await control.forward(seconds=151)

    code, words = await raw.refused(
        "answerCallbackQuery", callback_query_id=pressed["callback_query_id"]
    )

    assert code == 400
    assert words == (
        "Bad Request: query is too old and response timeout expired or query ID is invalid"
    )


async def test_answer_to_a_tap_has_200_characters(raw: Any, sari: Any) -> None:
    await ask(raw, sari)
    query = (await sari.taps("Ya"))["callback_query_id"]

    await raw.ok("answerCallbackQuery", callback_query_id=query, text="x" * 200)

    assert await raw.refused("answerCallbackQuery", callback_query_id=query, text="x" * 201) == (
        400,
        "Bad Request: MESSAGE_TOO_LONG",
    )


async def test_dates_stay_with_the_system_unless_asked(raw: Any, sari: Any, control: Any) -> None:
    await control.forward(hours=10)
    before = await raw.ok("sendMessage", chat_id=sari.id, text="a")
    await control.post("clock", moves_dates=True)
    after = await raw.ok("sendMessage", chat_id=sari.id, text="b")

    clock = await control.get("clock")
    assert abs(before["date"] - clock["system"]) < 5
    assert abs(after["date"] - clock["now"]) < 5
    assert clock["offset_s"] == 36_000


async def test_update_ids_start_at_the_clock_and_rise(raw: Any, sari: Any, control: Any) -> None:
    first = (await sari.says("a"))["update_id"]
    second = (await sari.says("b"))["update_id"]

    assert abs(first - (await control.get("clock"))["system"]) < 60
    assert second == first + 1


async def test_offset_far_in_the_future_is_not_believed(raw: Any, sari: Any) -> None:
    update_id = (await sari.says("halo"))["update_id"]

    assert await raw.texts(offset=update_id + 1000) == ["halo"]
    assert await raw.texts(offset=update_id + 1) == []


async def test_kinds_that_were_not_asked_for_are_never_created(raw: Any, sari: Any) -> None:
    await raw.ok("getUpdates", allowed_updates=["callback_query"])
    said = await sari.says("hilang")
    await raw.ok("getUpdates", allowed_updates=[])

    await sari.says("sampai")

    assert said["update_id"] is None
    assert await raw.texts() == ["sampai"]


async def test_duplicate_comes_again_after_it_was_confirmed(
    raw: Any, sari: Any, control: Any
) -> None:
    update_id = (await sari.says("halo"))["update_id"]
    original = await raw.ok("getUpdates")
    await raw.ok("getUpdates", offset=update_id + 1)

    await control.post(f"updates/{update_id}/redeliver")

    assert await raw.ok("getUpdates", offset=update_id + 1) == original
    assert await raw.ok("getUpdates", offset=update_id + 1) == []


async def test_forged_update_is_delivered_as_it_is(raw: Any, sari: Any, control: Any) -> None:
    forged = {
        "callback_query": {
            "id": "77",
            "from": {"id": sari.id, "is_bot": False, "first_name": "Sari"},
            "chat_instance": "1",
            "data": "of-another-case",
        }
    }

    injected = await control.post("updates", update=forged)

    assert await raw.ok("getUpdates") == [{"update_id": injected["update_id"], **forged}]
    assert await raw.ok("answerCallbackQuery", callback_query_id="77") is True


async def test_id_may_jump_as_after_an_idle_week(raw: Any, sari: Any, control: Any) -> None:
    message = {"message_id": 1, "date": 1, "chat": {"id": sari.id, "type": "private"}, "text": "x"}
    await control.post("updates", update={"update_id": 4_000_000_000, "message": message})

    later = await sari.says("sesudah")

    assert later["update_id"] == 4_000_000_001
    assert await raw.texts() == ["x", "sesudah"]


async def test_stale_button_reaches_the_bot(raw: Any, sari: Any) -> None:
    message_id = await ask(raw, sari)
    await raw.ok("deleteMessage", chat_id=sari.id, message_id=message_id)

    await sari.does("tap", message_id=message_id, data="yes", stale=True)

    (update,) = await raw.ok("getUpdates")
    assert update["callback_query"]["data"] == "yes"
    assert update["callback_query"]["message"]["date"] == 0


async def test_unblocking_and_pressing_start_are_told(raw: Any, sari: Any) -> None:
    await sari.does("block")
    await sari.starts("lagi")

    block, unblock, start = await raw.ok("getUpdates")

    assert block["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    assert unblock["my_chat_member"]["new_chat_member"]["status"] == "member"
    assert start["message"]["text"] == "/start lagi"
