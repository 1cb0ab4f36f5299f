"""What a person does with a phone: each deed changes the chat and creates the bot's update."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from .bots import Bot
from .chats import Chat, Message
from .entities import found_in
from .errors import ControlError
from .files import MEASURES, attached
from .people import Person
from .sending import CAPTION_LIMIT, TEXT_LIMIT
from .updates import Update
from .wire import Json
from .world import World

_START = re.compile(r"[A-Za-z0-9_-]{0,64}")
_EDITABLE_S = 48 * 3600
_MIME_TYPES = {
    "voice": "audio/ogg",
    "audio": "audio/mpeg",
    "video": "video/mp4",
    "document": "application/octet-stream",
}
MEDIA = ("photo", "voice", "video", "video_note", "audio", "document", "sticker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """What a person sends beside text; `size` in bytes may claim more than `content` has."""

    kind: str  # one of MEDIA
    content: bytes
    size: int | None
    name: str | None
    mime_type: str | None
    caption: str
    duration_s: int  # of what can be heard or seen
    emoji: str  # of a sticker


def start(world: World, bot: Bot, person: Person, parameter: str) -> Json:
    """Press Start, or open a deep link with its parameter; a block is lifted by it."""
    text = start_text(parameter)
    if bot.chat_with(person).is_blocked:
        unblock(world, bot, person)
    return write(world, bot, person, text)


def start_text(parameter: str) -> str:
    """What Start sends. Raises ControlError when the parameter cannot stand in a link."""
    if not _START.fullmatch(parameter):
        raise ControlError(400, "A start parameter has at most 64 characters of A-Z a-z 0-9 _ -.")
    return f"/start {parameter}".strip()


def link_parameter(link: str) -> tuple[str, str]:
    """The bot's user name and the start parameter of https://t.me/NAME?start=PARAMETER."""
    parts = urlsplit(link)
    name = parts.path.strip("/")
    if parts.scheme == "tg":
        query = parse_qs(parts.query)
        name = query.get("domain", [""])[0]
    if not name:
        raise ControlError(400, "A link looks like https://t.me/kabar_bot?start=PARAMETER.")
    return name, parse_qs(parts.query).get("start", [""])[0]


def write(world: World, bot: Bot, person: Person, text: str) -> Json:
    return _say(world, bot, person, _text_content(checked_text(text)))


def checked_text(text: str) -> str:
    """Without the blanks around it. Raises ControlError when it cannot be a message."""
    text = text.strip()
    if not 0 < len(text) <= TEXT_LIMIT:
        raise ControlError(400, f"A text has 1 to {TEXT_LIMIT} characters.")
    return text


def edit(world: World, bot: Bot, person: Person, message_id: int, text: str) -> Json:
    chat = open_chat(bot, person)
    message = message_on(chat, message_id)
    if message.by_bot:
        raise ControlError(409, "People edit their own messages only.")
    if world.clock.now() - message.created_at > _EDITABLE_S:
        raise ControlError(409, "The message is older than 48 hours.")
    if "text" in message.content:
        message.content = _text_content(text)
    else:
        message.content = {**message.content, "caption": text}
    message.edit_date = world.clock.date()
    message.edited_at = world.clock.now()
    world.happened("edited", bot, chat, message_id=message.id, message=message.on_phone())
    update = world.announce(bot, chat, "edited_message", chat.telegram(message))
    return outcome(message.id, update)


def share_contact(world: World, bot: Bot, person: Person, contact: Json | None = None) -> Json:
    """Share the own number, or any other contact that is given."""
    if contact is None:
        if person.phone is None:
            raise ControlError(409, f"Person {person.id} has no phone number.")
        contact = {
            "phone_number": person.phone,
            "first_name": person.first_name,
            "user_id": person.id,
        }
    return _say(world, bot, person, {"contact": contact})


def send_media(world: World, bot: Bot, person: Person, media: Media) -> Json:
    if len(media.caption) > CAPTION_LIMIT:
        raise ControlError(400, f"A caption has at most {CAPTION_LIMIT} characters.")
    file = world.files.add(
        media.kind,
        media.content,
        name=media.name,
        mime_type=media.mime_type or _MIME_TYPES.get(media.kind),
        size=media.size,
        more=_more(media),
    )
    body = attached(file)
    if media.caption:
        body["caption"] = media.caption
    return {**_say(world, bot, person, body), "file_id": file.id}


def _more(media: Media) -> Json:
    if media.kind == "sticker":
        return {"emoji": media.emoji}
    return {"duration": media.duration_s} if "duration" in MEASURES[media.kind] else {}


def send_location(
    world: World, bot: Bot, person: Person, latitude: float, longitude: float
) -> Json:
    """Share a place; degrees north and east."""
    point = {"latitude": latitude, "longitude": longitude}
    return _say(world, bot, person, {"location": point})


def delete(world: World, bot: Bot, person: Person, message_id: int) -> Json:
    """Delete for both sides; Telegram tells the bot nothing."""
    chat = bot.chat_with(person)
    message_on(chat, message_id)
    world.erase(bot, chat, message_id, by="person")
    return {"message_id": message_id}


def block(world: World, bot: Bot, person: Person) -> Json:
    return _turn(world, bot, person, is_blocked=True)


def unblock(world: World, bot: Bot, person: Person) -> Json:
    return _turn(world, bot, person, is_blocked=False)


def deactivate(world: World, person: Person) -> Json:
    """Delete the account: bots learn of it at their next message."""
    person.is_deactivated = True
    for bot in world.bots.all():
        if person.id in bot.chats:
            world.happened("deactivated", bot, bot.chats[person.id])
    return {"id": person.id}


def _turn(world: World, bot: Bot, person: Person, *, is_blocked: bool) -> Json:
    chat = bot.chat_with(person)
    if chat.is_blocked == is_blocked or not chat.is_started:
        raise ControlError(409, "Nothing to change: see `started` and `blocked` of the chat.")
    chat.is_blocked = is_blocked
    world.happened("blocked" if is_blocked else "unblocked", bot, chat)
    before, after = _membership(bot, not is_blocked), _membership(bot, is_blocked)
    update = world.announce(
        bot,
        chat,
        "my_chat_member",
        {
            "chat": person.chat(),
            "from": person.user(),
            "date": world.clock.date(),
            "old_chat_member": before,
            "new_chat_member": after,
        },
    )
    return {"update_id": None if update is None else update.id}


def _membership(bot: Bot, is_kicked: bool) -> Json:
    if is_kicked:
        return {"user": bot.user, "status": "kicked", "until_date": 0}
    return {"user": bot.user, "status": "member"}


def open_chat(bot: Bot, person: Person) -> Chat:
    chat = bot.chat_with(person)
    if person.is_deactivated:
        raise ControlError(409, f"Person {person.id} has deleted the account.")
    if chat.is_blocked:
        raise ControlError(409, "The bot is blocked on this phone; unblock it or press Start.")
    return chat


def message_on(chat: Chat, message_id: int) -> Message:
    message = chat.messages.get(message_id)
    if message is None:
        raise ControlError(404, f"No message {message_id} on this phone.")
    return message


def _say(world: World, bot: Bot, person: Person, content: Json) -> Json:
    chat = open_chat(bot, person)
    chat.is_started = True
    message = Message(
        id=bot.next_message_id(),
        by_bot=False,
        date=world.clock.date(),
        created_at=world.clock.now(),
        content=content,
    )
    world.post(bot, chat, message)
    return outcome(message.id, world.announce(bot, chat, "message", chat.telegram(message)))


def outcome(message_id: int, update: Update | None) -> Json:
    return {"message_id": message_id, "update_id": None if update is None else update.id}


def _text_content(text: str) -> Json:
    entities = found_in(text)
    return {"text": text, **({"entities": entities} if entities else {})}
