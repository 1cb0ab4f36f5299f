"""Both clients raise the right error for what Telegram refuses."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

Attempt = Callable[[Any, int], Awaitable[Any]]
REFUSALS: dict[str, tuple[str, Attempt]] = {
    "empty": ("[Mm]essage text is empty", lambda c, i: c.bot.send_message(i, " ")),
    "long": ("[Mm]essage is too long", lambda c, i: c.bot.send_message(i, "x" * 4097)),
    "data": (
        "BUTTON_DATA_INVALID|[Bb]utton_data_invalid",
        lambda c, i: c.bot.send_message(i, "a", reply_markup=c.buttons(Ya="é" * 33)),
    ),
    "caption": (
        "[Mm]essage caption is too long",
        lambda c, i: c.bot.send_document(i, c.upload(b"x", "a.txt"), caption="x" * 1025),
    ),
    "toast": (
        "[Qq]uery is too old",
        lambda c, i: c.bot.answer_callback_query("1", text="x"),
    ),
    "nobody": ("[Cc]hat not found", lambda c, i: c.bot.send_message(999, "a")),
    "markup": (
        "[Cc]an't parse entities: .*end tag",
        lambda c, i: c.bot.send_message(i, "<b>a", parse_mode="HTML"),
    ),
    "edit": (
        "[Mm]essage to edit not found",
        lambda c, i: c.bot.edit_message_text("a", chat_id=i, message_id=999),
    ),
    "delete": ("[Mm]essage to delete not found", lambda c, i: c.bot.delete_message(i, 999)),
    "file": ("invalid file_id|[Ii]nvalid file_id", lambda c, i: c.bot.get_file("x")),
    "identifier": (
        "[Ww]rong file identifier",
        lambda c, i: c.bot.send_photo(i, "tidak-ada"),
    ),
}


async def test_too_many_messages_are_told_to_wait(client: Any, sari: Any) -> None:
    for number in range(3):
        await client.bot.send_message(sari.id, str(number))

    with pytest.raises(client.flooded) as refused:
        await client.bot.send_message(sari.id, "3")

    assert client.seconds(refused.value) == 1


async def test_blocked_bot_is_forbidden(client: Any, sari: Any) -> None:
    await sari.does("block")

    with pytest.raises(client.forbidden, match="bot was blocked by the user"):
        await client.bot.send_message(sari.id, "halo")


async def test_stranger_and_deleted_account_are_forbidden(client: Any, stranger: Any) -> None:
    with pytest.raises(client.forbidden, match="can't initiate conversation with a user"):
        await client.bot.send_message(stranger.id, "halo")

    await stranger.starts()
    await stranger.does("deactivate")
    with pytest.raises(client.forbidden, match="user is deactivated"):
        await client.bot.send_message(stranger.id, "halo")


async def test_server_error_and_lost_answer_are_told_apart(
    client: Any, sari: Any, control: Any
) -> None:
    await control.post("faults", kind="error", method="sendMessage", code=502, times=1)
    await control.post("faults", kind="drop_answer", method="sendMessage", times=1)

    with pytest.raises(client.failed):
        await client.bot.send_message(sari.id, "tidak sampai")
    with pytest.raises(client.cut_off):
        await client.bot.send_message(sari.id, "sampai")

    assert await sari.sees() == ["sampai"]


@pytest.mark.parametrize("case", REFUSALS)
async def test_refusals_reach_the_client_as_bad_requests(client: Any, sari: Any, case: str) -> None:
    words, attempt = REFUSALS[case]

    with pytest.raises(client.refused, match=words):
        await attempt(client, sari.id)


async def test_edit_without_a_change_is_refused(client: Any, sari: Any) -> None:
    sent = await client.bot.send_message(sari.id, "sama")

    with pytest.raises(client.refused, match="essage is not modified"):
        await client.bot.edit_message_text("sama", chat_id=sari.id, message_id=sent.message_id)


async def test_voice_above_twenty_megabytes_cannot_be_fetched(client: Any, sari: Any) -> None:
    await sari.does("voice", size=21 * 1024 * 1024)
    (update,) = await client.updates(timeout=0)

    with pytest.raises(client.refused, match="ile is too big"):
        await client.bot.get_file(update.message.voice.file_id)
