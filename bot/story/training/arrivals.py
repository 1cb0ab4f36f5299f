"""From the updates that the emulator holds to use cases, each one through the inbox."""

from collections.abc import Mapping, Set
from datetime import datetime
from typing import Any

from bot.story.training.emulator import Emulator
from bot.telegram.arrivals import read_page
from bot.usecases.incoming import NO_SIGNS, Incoming
from bot.usecases.open_link import open_link
from bot.usecases.receive_reply import receive_reply
from bot.usecases.record_outcome import staff_text
from bot.usecases.room import Room
from bot.usecases.staff_press import staff_press
from storage import inbox
from storage.transaction import Tx

START = "/start "


def take_in(
    tx: Tx, room: Room, emulator: Emulator, bot: str, *, families: Set[int], now: datetime
) -> int:
    """Store what has come, and handle it as handlers do. How many updates were it?

    `families` are the chats that are a family's; all others are staff's. The moment of an act is
    `now`: the emulator dates messages by the machine's clock."""
    page = emulator.updates()
    inbox.store(tx, bot, read_page(page).updates, now=now)
    for update in page:
        row = f"{bot}:{update['update_id']}"
        if "callback_query" in update:
            query = update["callback_query"]
            came = _tap(row, query, now=now)
            said = _pressed(tx, room, came, is_family=came.chat in families, now=now)
            words = {} if said is None else {"text": said}
            emulator.call("answerCallbackQuery", {"callback_query_id": query["id"], **words})
        else:
            came = _message(room, row, update["message"], now=now)
            _written(tx, room, came, is_family=came.chat in families, now=now)
    return len(page)


def _tap(row: str, query: Mapping[str, Any], *, now: datetime) -> Incoming:
    return Incoming(
        id=row,
        chat=query["from"]["id"],
        at=now,
        signs=NO_SIGNS,
        message_no=query["message"]["message_id"],
        pressed=query["data"],
    )


def _message(room: Room, row: str, message: Mapping[str, Any], *, now: datetime) -> Incoming:
    text: str = message["text"]
    return Incoming(
        id=row,
        chat=message["chat"]["id"],
        at=now,
        signs=room.detector.find(text),
        message_no=message["message_id"],
        text=text,
    )


def _pressed(tx: Tx, room: Room, came: Incoming, *, is_family: bool, now: datetime) -> str | None:
    """What the tapper reads at once."""
    if not is_family:
        return staff_press(tx, room, came, now=now)
    receive_reply(tx, room, came, now=now)
    return None


def _written(tx: Tx, room: Room, came: Incoming, *, is_family: bool, now: datetime) -> None:
    text = came.text or ""
    if text.startswith(START):
        open_link(tx, room, came, text.removeprefix(START), now=now)
    elif is_family:
        receive_reply(tx, room, came, now=now)
    else:
        staff_text(tx, room, came, now=now)
