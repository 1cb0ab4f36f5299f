"""The methods that put a message into a chat: a text, a place, or a file, new or known."""

from collections.abc import Callable

from . import keyboards
from .bots import Bot
from .chats import Chat, Message
from .entities import found_in, from_html
from .errors import ApiError, bad_request, forbidden, too_many_requests
from .files import MEASURES, PHOTO_LIMIT, UPLOAD_LIMIT, StoredFile, attached
from .markdown import from_markdown, from_markdown_v2
from .params import Params, whole
from .wire import Json
from .world import World

TEXT_LIMIT = 4096  # characters after the entities are parsed
CAPTION_LIMIT = 1024
_WITHOUT_CAPTION = ("sticker", "video_note")
_NAMES = {"voice": "VoiceNote", "video_note": "VideoNote"}  # TDLib's, in errors
_PARSERS = {"html": from_html, "markdown": from_markdown, "markdownv2": from_markdown_v2}


def send_message(world: World, bot: Bot, params: Params) -> Json:
    return _send(world, bot, params, text_content(params))


def sending_file(kind: str) -> Callable[[World, Bot, Params], Json]:
    """sendPhoto, sendVoice, ...: the file stands in the parameter named like its kind."""

    def send(world: World, bot: Bot, params: Params) -> Json:
        file = _file(world, params, kind, PHOTO_LIMIT if kind == "photo" else UPLOAD_LIMIT)
        content = attached(file)
        if kind not in _WITHOUT_CAPTION:
            content |= caption_content(params)
        if params.flag("has_spoiler"):
            content["has_media_spoiler"] = True
        return _send(world, bot, params, content)

    return send


def send_location(world: World, bot: Bot, params: Params) -> Json:
    point = {name: _degrees(params, name) for name in ("latitude", "longitude")}
    if abs(point["latitude"]) > 90:
        raise bad_request("wrong location specified")
    return _send(world, bot, params, {"location": point})


def text_content(params: Params) -> Json:
    """The text of a message with its entities. Raises ApiError when empty or too long."""
    text, entities = _formatted(params, "text", "entities")
    if not text:
        raise bad_request("message text is empty")
    if len(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return {"text": text, **({"entities": entities} if entities else {})}


def caption_content(params: Params) -> Json:
    """A caption with its entities, or nothing. Raises ApiError when too long."""
    caption, entities = _formatted(params, "caption", "caption_entities")
    if len(caption) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    content: Json = {"caption": caption} if caption else {}
    if entities:
        content["caption_entities"] = entities
    return content


def known_chat(world: World, bot: Bot, params: Params) -> Chat:
    """The private chat in `chat_id`. Raises ApiError when there is none."""
    if not params.text("chat_id"):
        raise bad_request("chat_id is empty")
    person = world.people.find(params.chat_id() or 0)
    if person is None:
        raise bad_request("chat not found")
    return bot.chat_with(person)


def writable_chat(world: World, bot: Bot, params: Params) -> Chat:
    """A chat the bot may write to now. Raises ApiError with the reason when it may not."""
    chat = known_chat(world, bot, params)
    if chat.person.is_deactivated:
        raise forbidden("user is deactivated")
    if not chat.is_started:
        raise forbidden("bot can't initiate conversation with a user")
    if chat.is_blocked:
        raise forbidden("bot was blocked by the user")
    return chat


def _send(world: World, bot: Bot, params: Params, content: Json) -> Json:
    markup = keyboards.checked(params.structure("reply_markup"))
    chat = writable_chat(world, bot, params)
    reply_to = _replied(chat, params)
    wait = bot.floods.take(chat.person.id, now=world.clock.now())
    if wait:
        raise too_many_requests(wait)
    message = Message(
        id=bot.next_message_id(),
        by_bot=True,
        date=world.clock.date(),
        created_at=world.clock.now(),
        content=content,
        markup=markup,
        is_silent=params.flag("disable_notification"),
        is_protected=params.flag("protect_content"),
        reply_to=reply_to,
    )
    world.post(bot, chat, message)
    return chat.telegram(message)


def _formatted(params: Params, field: str, entities_field: str) -> tuple[str, list[Json]]:
    source = params.text(field)
    given = params.structure(entities_field)
    if isinstance(given, list) and given:
        return source, given
    mode = params.text("parse_mode").lower()
    if mode in ("", "none"):
        text = source.strip()
        return text, found_in(text)
    parser = _PARSERS.get(mode)
    if parser is None:
        raise bad_request("unsupported parse_mode")
    text, entities = parser(source)
    return text, entities or found_in(text)


def _replied(chat: Chat, params: Params) -> int | None:
    given = params.structure("reply_parameters")
    wanted = given if isinstance(given, dict) else {}
    message_id = whole(wanted.get("message_id"), params.integer("reply_to_message_id"))
    if message_id == 0 or message_id in chat.messages:
        return message_id or None
    if wanted.get("allow_sending_without_reply") or params.flag("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def _file(world: World, params: Params, field: str, limit: int) -> StoredFile:
    upload = params.upload(field)
    if upload is not None:
        if not upload.content:
            raise bad_request("file must be non-empty")
        if len(upload.content) > limit:
            raise _too_big(field, len(upload.content), limit)
        return world.files.add(
            field,
            upload.content,
            name=upload.name,
            mime_type=upload.mime_type,
            more={name: params.integer(name) for name in MEASURES[field] if params.text(name)},
        )
    value = params.text(field)
    if not value:
        raise bad_request(f"there is no {field} in the request")
    if value.startswith(("http://", "https://")):
        # Telegram fetches the address itself; nothing leaves this machine, so the file is hollow.
        return world.files.add(field, b"", name=value.rsplit("/", 1)[-1] or None)
    known = world.files.find(value)
    if known is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if (known.kind == "photo") is not (field == "photo"):
        is_known_as, wanted = (_NAMES.get(kind, kind.title()) for kind in (known.kind, field))
        raise bad_request(f"can't use file of type {is_known_as} as {wanted}")
    return known


def _degrees(params: Params, name: str) -> float:
    if not params.text(name):
        raise bad_request(f"{name} is empty")
    try:
        return float(params.text(name))
    except ValueError:
        return 0.0


def _too_big(field: str, size: int, limit: int) -> ApiError:
    if field == "photo":
        return bad_request(
            f"file of size {size} bytes is too big for a photo; the maximum size is {limit} bytes"
        )
    return ApiError(413, "Request Entity Too Large")
