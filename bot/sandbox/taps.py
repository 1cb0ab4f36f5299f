"""Pressing buttons: under a message, on the reply keyboard, and ones that stand there no more."""

import hashlib

from . import deeds, keyboards
from .bots import Bot
from .chats import Chat
from .deeds import message_on, open_chat, outcome
from .errors import ControlError
from .people import Person
from .wire import Json
from .world import World


def tap(world: World, bot: Bot, person: Person, label: str) -> Json:
    """Press the newest inline button of that label, else the button of the reply keyboard."""
    chat = open_chat(bot, person)
    found = chat.newest_with(label)
    if found is not None:
        message, button = found
        return _press(world, bot, chat, message.id, button)
    button_below = _reply_button(chat, label)
    if button_below is None:
        raise ControlError(404, f"No button {label!r} on this phone.")
    return _press_reply(world, bot, chat, button_below)


def tap_message(
    world: World, bot: Bot, person: Person, message_id: int, label: str | None, data: str | None
) -> Json:
    """Press a button of one message, by its data or its label."""
    chat = open_chat(bot, person)
    message = message_on(chat, message_id)
    if not keyboards.is_inline(message.markup):
        raise ControlError(404, f"Message {message_id} has no inline buttons.")
    for button in keyboards.buttons(message.markup):
        if button.get("callback_data") == data if data is not None else button["text"] == label:
            return _press(world, bot, chat, message_id, button)
    raise ControlError(404, f"Message {message_id} has no such button now.")


def tap_stale(world: World, bot: Bot, person: Person, message_id: int, data: str) -> Json:
    """Press what does not stand there (any more): an old screen, or a forged button."""
    chat = open_chat(bot, person)
    return _press(world, bot, chat, message_id, {"text": "", "callback_data": data})


def press(world: World, bot: Bot, person: Person, label: str) -> Json:
    """Press a button of the reply keyboard: it is sent as a text, or shares the contact."""
    chat = open_chat(bot, person)
    button = _reply_button(chat, label)
    if button is None:
        raise ControlError(404, f"No button {label!r} on the reply keyboard.")
    return _press_reply(world, bot, chat, button)


def _press(world: World, bot: Bot, chat: Chat, message_id: int, button: Json) -> Json:
    if "callback_data" not in button:
        raise ControlError(409, f"The button opens something else: {button}.")
    data = button["callback_data"]
    query_id = world.tapped(bot, chat, message_id)
    world.happened(
        "pressed",
        bot,
        chat,
        message_id=message_id,
        callback_query_id=query_id,
        data=data,
        label=button["text"],
    )
    instance = hashlib.sha256(f"{bot.id}:{chat.person.id}".encode()).digest()
    update = world.announce(
        bot,
        chat,
        "callback_query",
        {
            "id": query_id,
            "from": chat.person.user(),
            "message": chat.maybe_inaccessible(message_id),
            "chat_instance": str(int.from_bytes(instance[:8], "big", signed=True)),
            "data": data,
        },
    )
    return {**outcome(message_id, update), "callback_query_id": query_id}


def _press_reply(world: World, bot: Bot, chat: Chat, button: Json) -> Json:
    if chat.keyboard is not None and chat.keyboard.get("one_time_keyboard"):
        chat.keyboard = None
    if button.get("request_contact"):
        return deeds.share_contact(world, bot, chat.person)
    return deeds.write(world, bot, chat.person, button["text"])


def _reply_button(chat: Chat, label: str) -> Json | None:
    return next((b for b in keyboards.buttons(chat.keyboard) if b["text"] == label), None)
