"""What stands on every phone just now, for a page that opens: GET /control/phones."""

import json
from itertools import islice

from aiohttp import web

from .botapi import WORLD
from .bots import Bot
from .chats import Chat
from .fields import query_of
from .people import Person
from .wire import Json, answer

MESSAGES_SHOWN = 200
PUSHES_SHOWN = 50


def routes() -> list[web.RouteDef]:
    return [web.get("/control/phones", _phones)]


async def _phones(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    fields = query_of(request)
    reference, wanted = fields.reference("bot"), fields.optional_integer("person")
    fields.done()
    bot = world.bots.named(reference) if reference else next(iter(world.bots.all()), None)
    people = world.people.all() if wanted is None else [world.person(wanted)]
    return answer(
        {
            "epoch": world.epoch,
            "seq": world.events.last,
            "clock": world.clock.json(),
            "faults": [fault.json() for fault in world.faults.all()],
            "bot": None if bot is None else profile_of(bot),
            "phones": [phone(bot, person) for person in people],
        }
    )


def profile_of(bot: Bot) -> Json:
    """Who a bot is, and its commands by scope and language."""
    return {
        "id": bot.id,
        "first_name": bot.first_name,
        "username": bot.username,
        "commands": bot.all_commands(),
    }


def phone(bot: Bot | None, person: Person) -> Json:
    """Who holds it, and the chat with this bot; offline it shows what it showed at that moment."""
    gap = person.gap
    shown = None if gap is None or bot is None else gap.views.get(bot.id)
    return {
        **person.names(),
        "phone": person.phone,
        "language_code": person.language_code,
        "deactivated": person.is_deactivated,
        "offline": gap is not None,
        "waiting": [] if gap is None else [{"text": one["text"]} for one in gap.waiting],
        **(shown or view(bot, person, is_new=gap is not None)),
    }


def view(bot: Bot | None, person: Person, *, is_new: bool = False) -> Json:
    """The chat as a phone shows it: the newest messages and pushes, both in order of time."""
    chat = None if bot is None or is_new else bot.chats.get(person.id)
    if bot is None or chat is None:
        chat = Chat(person, {})
    messages = list(islice(reversed(chat.messages.values()), MESSAGES_SHOWN))
    return {
        "started": chat.is_started,
        "blocked": chat.is_blocked,
        "messages": [message.on_phone() for message in reversed(messages)],
        "keyboard": chat.keyboard,
        "lock_screen": chat.pushes()[-PUSHES_SHOWN:],
        "commands": [] if bot is None else commands_for(bot, person),
    }


def commands_for(bot: Bot, person: Person) -> list[Json]:
    """The narrowest scope that has commands wins, in the person's language before in none.

    (Bot API, "Determining list of commands".)
    """
    by_scope = {
        (_scope(scope), language): commands for (scope, language), commands in bot.commands.items()
    }
    for scope in (("chat", str(person.id)), ("all_private_chats", ""), ("default", "")):
        for language in (person.language_code or "", ""):
            if commands := by_scope.get((scope, language)):
                return commands
    return []


def _scope(stored: str) -> tuple[str, str]:
    scope = json.loads(stored)
    if not isinstance(scope, dict):
        return "", ""  # a bot may write anything here
    return str(scope.get("type")), str(scope.get("chat_id", ""))
