"""The whole of a Telegram as JSON, and back: what is worth keeping between two starts."""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

from .bots import Bot, Bots, Tap
from .chats import Chat, Message
from .errors import ControlError, SnapshotError
from .files import FileStore, StoredFile
from .floods import Limits
from .people import Gap, People, Person
from .updates import CALLBACK_LIFETIME_S, Update
from .wire import Json, encode
from .world import World

VERSION = 1
_SPLIT = 4  # levels down to the chats of a bot
UNSEEN = 1000  # ids that may have been given out after the last save of a killed program


def dump(world: World) -> Json:
    """Everything but faults, webhooks, events and calls; contents of files are bytes.

    What it holds is not changed later on, so that it may be written down outside the loop.
    """
    now = world.clock.now()
    return {
        "version": VERSION,
        "clock": world.clock.json(),
        "limits": _plain(world.limits),
        "last_event": world.events.last,
        "last_call": world.calls.last,
        "last_query": world.last_query,
        "next_file": world.files.next,
        "people": [_person(person) for person in world.people.all()],
        "files": [_plain(file) for file in world.files.all()],
        "bots": [
            {"fingerprint": fingerprint.hex(), **_bot(bot, now)}
            for fingerprint, bot in world.bots.by_fingerprint()
        ],
    }


def pieces(snapshot: Json) -> Iterator[str]:
    """The JSON in pieces of a chat or so: whoever writes them leaves room for others between."""
    return _pieces(snapshot, _SPLIT)


async def restore(world: World, snapshot: Json) -> None:
    """Put a snapshot in the place of what is here.

    Polls that wait end with an empty page, webhooks are closed, faults are gone. Raises
    SnapshotError, with everything as it was, when it cannot be understood.
    """
    if snapshot.get("version") != VERSION:
        raise SnapshotError(f"Not a snapshot of version {VERSION}.")
    try:
        people = People()
        for one in snapshot["people"]:
            people.add(_read_person(one))
        files = FileStore(first=max(world.files.next, int(snapshot["next_file"]) + UNSEEN))
        for one in snapshot["files"]:
            files.put(StoredFile(**{**one, "content": b64decode(one["content"], validate=True)}))
        limits = Limits(**snapshot["limits"])
        bots = Bots(world.clock, world.limits, on_new=world.met, after=world.bots.last_update)
        for one in snapshot["bots"]:
            bots.put(bytes.fromhex(one["fingerprint"]), _read_bot(bots, people, one))
        offset_s = float(snapshot["clock"]["offset_s"])
        moves_dates = bool(snapshot["clock"]["moves_dates"])
        last = [int(snapshot[name]) for name in ("last_event", "last_call", "last_query")]
    except (AttributeError, ControlError, KeyError, TypeError, ValueError) as error:
        raise SnapshotError(f"The snapshot cannot be understood: {error!r}.") from None
    await world.close()
    world.people, world.files, world.bots = people, files, bots
    for name, value in _plain(limits).items():
        setattr(world.limits, name, value)
    world.clock.offset_s, world.clock.moves_dates = offset_s, moves_dates
    world.faults.clear()
    world.last_query = max(world.last_query, last[2] + UNSEEN)
    world.begin_epoch(last_event=last[0], last_call=last[1])


def _plain(thing: Any) -> Json:
    """The fields of a slotted dataclass."""
    return {name: getattr(thing, name) for name in thing.__slots__}


def _person(person: Person) -> Json:
    gap = person.gap
    kept = {"views": [*gap.views.items()], "waiting": [*gap.waiting]} if gap is not None else None
    return {**_plain(person), "gap": kept}


def _read_person(one: Json) -> Person:
    gap = one["gap"]
    read = None if gap is None else Gap(views=dict(gap["views"]), waiting=list(gap["waiting"]))
    return Person(**{**one, "gap": read})


def _bot(bot: Bot, now: float) -> Json:
    return {
        "id": bot.id,
        "first_name": bot.first_name,
        "username": bot.username,
        "last_message_id": bot.last_message_id,
        "commands": bot.all_commands(),
        "next_update": bot.updates.next_id,
        "allowed": sorted(bot.updates.allowed),
        "updates": [_plain(update) for update in bot.updates.unconfirmed(now)],
        "taps": [
            {
                "id": query_id,
                "person": tap.chat.person.id,
                "message_id": tap.message_id,
                "pressed_at": tap.pressed_at,
            }
            for query_id, tap in bot.taps.items()
            if now - tap.pressed_at <= CALLBACK_LIFETIME_S
        ],
        "chats": [_chat(chat) for chat in bot.chats.values()],
    }


def _read_bot(bots: Bots, people: People, one: Json) -> Bot:
    bot = bots.make(int(one["id"]))
    bot.rename(one["first_name"], one["username"])
    bot.last_message_id = int(one["last_message_id"]) + UNSEEN
    for kept in one["commands"]:
        bot.commands[kept["scope"], kept["language_code"]] = kept["commands"]
    bot.updates.allow(one["allowed"])
    bot.updates.fill([Update(**kept) for kept in one["updates"]], last=one["next_update"] + UNSEEN)
    for kept in one["chats"]:
        chat = bot.chat_with(people.known(kept["person"]))
        _read_chat(chat, kept)
    for kept in one["taps"]:
        chat = bot.chat_with(people.known(kept["person"]))
        bot.taps[kept["id"]] = Tap(chat, kept["message_id"], kept["pressed_at"])
    return bot


def _chat(chat: Chat) -> Json:
    return {
        "person": chat.person.id,
        "started": chat.is_started,
        "blocked": chat.is_blocked,
        "keyboard": chat.keyboard,
        "messages": [_plain(message) for message in chat.messages.values()],
        "lock_screen": [*chat.lock_screen],
    }


def _read_chat(chat: Chat, kept: Json) -> None:
    chat.is_started, chat.is_blocked = kept["started"], kept["blocked"]
    chat.keyboard = kept["keyboard"]
    chat.messages = {one["id"]: Message(**one) for one in kept["messages"]}
    chat.lock_screen.extend(kept["lock_screen"])


def _pieces(value: object, levels: int) -> Iterator[str]:
    if isinstance(value, bytes):
        yield f'"{b64encode(value).decode()}"'
    elif levels and isinstance(value, dict):
        comma = "{"
        for name, part in value.items():
            yield f"{comma}{encode(name)}:"
            yield from _pieces(part, levels - 1)
            comma = ","
        yield "}" if value else "{}"
    elif levels and isinstance(value, list):
        comma = "["
        for part in value:
            yield comma
            yield from _pieces(part, levels - 1)
            comma = ","
        yield "]" if value else "[]"
    else:
        yield encode(value)
