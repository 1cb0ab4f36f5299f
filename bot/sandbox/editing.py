"""The methods that change or remove a message, and the answer to a tap."""

from . import keyboards
from .bots import Bot
from .chats import Chat, Message
from .errors import ApiError, bad_request
from .params import Params, whole
from .sending import caption_content, known_chat, text_content
from .wire import Json
from .world import World

DELETABLE_S = 48 * 3600
TOAST_LIMIT = 200
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


def edit_message_text(world: World, bot: Bot, params: Params) -> Json:
    content = text_content(params)
    chat, message = _editable(world, bot, params)
    if "text" not in message.content:
        raise bad_request("there is no text in the message to edit")
    return _edit(world, bot, chat, message, content, params)


def edit_message_caption(world: World, bot: Bot, params: Params) -> Json:
    caption = caption_content(params)
    chat, message = _editable(world, bot, params)
    if "text" in message.content:
        raise bad_request("there is no caption in the message to edit")
    kept = {
        name: value
        for name, value in message.content.items()
        if name not in ("caption", "caption_entities")
    }
    return _edit(world, bot, chat, message, {**kept, **caption}, params)


def edit_message_reply_markup(world: World, bot: Bot, params: Params) -> Json:
    chat, message = _editable(world, bot, params)
    return _edit(world, bot, chat, message, message.content, params)


def delete_message(world: World, bot: Bot, params: Params) -> bool:
    chat = known_chat(world, bot, params)
    message = chat.messages.get(params.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    _refuse_old(world, message)
    world.erase(bot, chat, message.id, by="bot")
    return True


def delete_messages(world: World, bot: Bot, params: Params) -> bool:
    """Those that are gone already are skipped; one that is too old refuses them all."""
    wanted = params.structure("message_ids")
    if not isinstance(wanted, list) or not wanted:
        raise bad_request("message identifiers are not specified")
    if len(wanted) > 100:
        raise bad_request("too many message identifiers specified")
    chat = known_chat(world, bot, params)
    ids = dict.fromkeys(whole(number) for number in wanted)
    found = [chat.messages[number] for number in ids if number in chat.messages]
    for message in found:
        _refuse_old(world, message)
    for message in found:
        world.erase(bot, chat, message.id, by="bot")
    return True


def answer_callback_query(world: World, bot: Bot, params: Params) -> bool:
    query_id = params.text("callback_query_id")
    tap = world.tap_to_answer(bot, query_id)
    if tap is None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if len(params.text("text")) > TOAST_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    world.happened(
        "answered",
        bot,
        tap.chat,
        message_id=tap.message_id,
        callback_query_id=query_id,
        text=params.text("text"),
        show_alert=params.flag("show_alert"),
    )
    return True


def _refuse_old(world: World, message: Message) -> None:
    if world.clock.now() - message.created_at > DELETABLE_S:
        raise bad_request("message can't be deleted")


def _editable(world: World, bot: Bot, params: Params) -> tuple[Chat, Message]:
    chat = known_chat(world, bot, params)
    message = chat.messages.get(params.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if not message.by_bot or not (message.markup is None or keyboards.is_inline(message.markup)):
        # Bot API: only messages without a keyboard or with an inline one can be edited.
        raise bad_request("message can't be edited")
    return chat, message


def _edit(
    world: World, bot: Bot, chat: Chat, message: Message, content: Json, params: Params
) -> Json:
    markup = keyboards.checked(params.structure("reply_markup"))
    if markup is not None and not keyboards.is_inline(markup):
        raise _wrong_keyboard()
    if markup is not None and not markup["inline_keyboard"]:
        markup = None
    if content == message.content and markup == message.markup:
        raise bad_request(_NOT_MODIFIED)
    message.content = content
    message.markup = markup
    message.edit_date = world.clock.date()
    message.edited_at = world.clock.now()
    world.happened("edited", bot, chat, message_id=message.id, message=message.on_phone())
    return chat.telegram(message)


def _wrong_keyboard() -> ApiError:
    return bad_request("inline keyboard expected")
