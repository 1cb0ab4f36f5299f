"""One act of a person as a handler hands it on: no Telegram types below this line."""

from dataclasses import dataclass
from datetime import datetime

from flows.model import Signs
from storage.words import File


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """`chat` is the chat id, never logged. `at` is when the person acted, by the moved clock.

    Exactly one of `text`, `pressed` (callback data), `files`, `shared_number` carries the act;
    files may have a caption in `text`. `is_own_number` says that the shared contact is the
    sender's own. `signs` were found before the transaction opened.
    """

    id: str
    chat: int
    at: datetime
    signs: Signs
    message_no: int | None = None
    text: str | None = None
    pressed: str | None = None
    files: tuple[File, ...] = ()
    shared_number: str | None = None
    is_own_number: bool = False
    is_edit: bool = False


NO_SIGNS = Signs(level="none", labels=(), evidence=())
