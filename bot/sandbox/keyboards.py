"""Keyboards under messages: what Telegram accepts, and which button stands where."""

from collections.abc import Iterator

from .errors import bad_request
from .wire import Json

CALLBACK_DATA_BYTES = 64
_ACTIONS = (
    "callback_data",
    "url",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)


def checked(markup: object) -> Json | None:
    """A reply_markup as it will be stored. Raises ApiError with Telegram's words."""
    if markup is None or markup in ({}, ""):
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        rows = [[_inline(button) for button in row] for row in _rows(markup["inline_keyboard"])]
        return {"inline_keyboard": [row for row in rows if row]}
    if "keyboard" in markup:
        rows = [[_plain(button) for button in row] for row in _rows(markup["keyboard"])]
        return {**markup, "keyboard": [row for row in rows if row]}
    if markup.get("remove_keyboard") or markup.get("force_reply"):
        return dict(markup)
    return None


def is_inline(markup: Json | None) -> bool:
    return markup is not None and "inline_keyboard" in markup


def buttons(markup: Json | None) -> Iterator[Json]:
    """Every button of either kind of keyboard, row by row."""
    if markup is not None:
        for row in markup.get("inline_keyboard") or markup.get("keyboard") or ():
            yield from row


def _rows(value: object) -> list[list[object]]:
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise bad_request(
            "can't parse reply keyboard markup JSON object: "
            'Field "keyboard" must be an Array of Arrays'
        )
    return value


def _inline(button: object) -> Json:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be Object")
    if not isinstance(button.get("text"), str) or not button["text"]:
        raise bad_request('can\'t parse inline keyboard button: Field "text" must be non-empty')
    if not any(action in button for action in _ACTIONS):
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if "callback_data" in button:
        size = len(str(button["callback_data"]).encode())
        if not 1 <= size <= CALLBACK_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    return dict(button)


def _plain(button: object) -> Json:
    shown = {"text": button} if isinstance(button, str) else button
    if not isinstance(shown, dict) or not isinstance(shown.get("text"), str) or not shown["text"]:
        raise bad_request('can\'t parse keyboard button: Field "text" must be of type String')
    return dict(shown)
