"""How a file is passed on: the same one by Telegram's id, by the method of its kind."""

from collections.abc import Mapping

from bot.ports import Refusal
from bot.telegram.session import Json
from storage.outbox import Attachment

METHODS: Mapping[str, tuple[str, str]] = {
    "photo": ("sendPhoto", "photo"),
    "voice": ("sendVoice", "voice"),
    "video": ("sendVideo", "video"),
    "video_note": ("sendVideoNote", "video_note"),
    "audio": ("sendAudio", "audio"),
    "document": ("sendDocument", "document"),
    "sticker": ("sendSticker", "sticker"),
    "animation": ("sendAnimation", "animation"),
}
"""Method and parameter of each kind. Telegram refuses a photo as anything else (Bot API, "Sending
files": the type of a file cannot be changed)."""

LOCATION = "location"
SENDING = frozenset({"sendLocation", *(method for method, _ in METHODS.values())})
OF_THE_CHAT = (Refusal.BLOCKED, Refusal.DEACTIVATED, Refusal.NOT_STARTED, Refusal.CHAT_GONE)
"""Refusals that are not about the file: words would not arrive either."""


def sending(attachment: Attachment) -> tuple[str, Json] | None:
    """Method and what says which file; None for one that cannot be passed on."""
    if attachment.kind == LOCATION:
        return _place(attachment.file)
    method, name = METHODS.get(attachment.kind, METHODS["document"])
    return (method, {name: attachment.file}) if attachment.file else None


def _place(written: str) -> tuple[str, Json] | None:
    latitude, comma, longitude = written.partition(",")
    try:
        point = {"latitude": float(latitude), "longitude": float(longitude)}
    except ValueError:
        return None
    return ("sendLocation", point) if comma else None
