"""The parameters of one Bot API call, whichever way the client wrote them."""

import json
from dataclasses import dataclass, field

from .errors import bad_request
from .wire import Json

_TRUE = frozenset({"true", "1", "yes", "t", "y"})  # td::to_lower of the server's get_bool
_STRUCTURED = frozenset(
    {
        "allowed_updates",
        "caption_entities",
        "commands",
        "entities",
        "link_preview_options",
        "menu_button",
        "message_ids",
        "reply_markup",
        "reply_parameters",
        "scope",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    name: str | None
    mime_type: str | None
    content: bytes


@dataclass(slots=True)
class Params:
    """Values from a query, a form or a JSON body; JSON inside a form is opened on arrival."""

    values: Json
    uploads: dict[str, Upload] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in _STRUCTURED & self.values.keys():
            value = self.values[name]
            if isinstance(value, str) and value:
                self.values[name] = _opened(name, value)

    def text(self, name: str) -> str:
        """Empty when it is not given."""
        value = self.values.get(name)
        return "" if value is None else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        """`default` when it is missing or no number, as the server's get_integer_arg does."""
        return whole(self.values.get(name), default)

    def flag(self, name: str) -> bool:
        return str(self.values.get(name, "")).lower() in _TRUE

    def structure(self, name: str) -> object:
        """A JSON value, None when it is not given."""
        return self.values.get(name)

    def chat_id(self) -> int | None:
        """The number in `chat_id`, None for a @name or none at all."""
        return self.integer("chat_id") or None

    def upload(self, name: str) -> Upload | None:
        """The file sent under that name, directly or by attach://."""
        value = self.text(name)
        if value.startswith("attach://"):
            return self.uploads.get(value.removeprefix("attach://"))
        return self.uploads.get(name)

    def for_log(self) -> Json:
        """The values, with files told by name and size only."""
        if not self.uploads:
            return self.values
        files = {
            name: {"file_name": upload.name, "size": len(upload.content)}
            for name, upload in self.uploads.items()
        }
        return {**self.values, "files": files}


def whole(value: object, default: int = 0) -> int:
    """A whole number out of JSON or a form, else `default`."""
    try:
        return int(value) if isinstance(value, int | float | str) else default
    except (ValueError, OverflowError):
        return default


def _opened(name: str, value: str) -> object:
    try:
        return json.loads(value)
    except ValueError:
        if name == "reply_markup":
            raise bad_request("can't parse reply keyboard markup JSON object") from None
        raise bad_request(f"can't parse {name} JSON object") from None
