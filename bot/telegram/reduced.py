"""An update reduced to what handlers read, for one that aiogram refuses as a whole.

Telegram adds fields and kinds of them at any time, other servers leave some out: a family's word
must not be lost over a field that nobody here reads.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

MEDIA = ("photo", "voice", "video", "video_note", "audio", "document", "sticker", "animation")
SIZE = {"width": 0, "height": 0}
NEEDED: Mapping[str, Mapping[str, Any]] = {
    "photo": SIZE,
    "voice": {"duration": 0},
    "video": {**SIZE, "duration": 0},
    "video_note": {"length": 0, "duration": 0},
    "audio": {"duration": 0},
    "sticker": {**SIZE, "type": "regular", "is_animated": False, "is_video": False},
    "animation": {**SIZE, "duration": 0},
}
LATEST = 2**32  # seconds; what lies beyond is no date
Json = dict[str, Any]


def reduced(update: Mapping[str, Any], *, received_at: datetime) -> Json:
    """The same act with everything else left out; a missing date is the moment of receiving.

    Kinds that are not messages or taps stay as they are."""
    moment = int(received_at.timestamp())
    least: Json = {"update_id": update["update_id"]}
    for kind in ("message", "edited_message"):
        if isinstance(update.get(kind), Mapping):
            return {**least, kind: _message(update[kind], moment, is_edit=kind != "message")}
    query = update.get("callback_query")
    return (
        dict(update) if not isinstance(query, Mapping) else {**least, "callback_query": _tap(query)}
    )


def _message(message: Mapping[str, Any], moment: int, *, is_edit: bool) -> Json:
    found = {
        **_envelope(message, moment),
        "from": _person(message.get("from")),
        "edit_date": _date(message.get("edit_date"), moment) if is_edit else None,
        "text": _text(message.get("text")),
        "caption": _text(message.get("caption")),
        "contact": _contact(message.get("contact")),
        **_file(message),
    }
    return {name: value for name, value in found.items() if value is not None}


def _tap(query: Mapping[str, Any]) -> Json:
    found = {
        "id": str(query.get("id", "")),
        "chat_instance": "",
        "from": _person(query.get("from")),
        "data": _text(query.get("data")),
    }
    if isinstance(query.get("message"), Mapping):
        found["message"] = _envelope(query["message"], 0)  # whatever stood there is not read
    return {name: value for name, value in found.items() if value is not None}


def _envelope(message: Mapping[str, Any], moment: int) -> Json:
    return {
        "message_id": _whole(message.get("message_id")) or 0,
        "date": _date(message.get("date"), moment),
        "chat": _chat(message.get("chat")),
    }


def _chat(chat: object) -> Json | None:
    number = _whole(chat.get("id")) if isinstance(chat, Mapping) else None
    if not isinstance(chat, Mapping) or number is None:
        return None
    kind = _text(chat.get("type")) or ("private" if number > 0 else "supergroup")
    return {"id": number, "type": kind}


def _person(person: object) -> Json | None:
    number = _whole(person.get("id")) if isinstance(person, Mapping) else None
    return None if number is None else {"id": number, "is_bot": False, "first_name": ""}


def _contact(contact: object) -> Json | None:
    if not isinstance(contact, Mapping) or not isinstance(contact.get("phone_number"), str):
        return None
    shared = {"phone_number": contact["phone_number"], "first_name": ""}
    number = _whole(contact.get("user_id"))
    return shared if number is None else {**shared, "user_id": number}


def _file(message: Mapping[str, Any]) -> Json:
    """What came, by its kind: its id opens it, and only as this kind it can be passed on. How long
    or how large it is nobody here reads, but aiogram wants a number."""
    for kind in MEDIA:
        sent = message.get(kind)
        one = sent[-1] if isinstance(sent, list) and sent else sent
        if isinstance(one, Mapping) and isinstance(one.get("file_id"), str):
            found = {"file_id": one["file_id"], "file_unique_id": "", **NEEDED.get(kind, {})}
            return {kind: [found] if kind == "photo" else found}
    return _place(message.get("location"))


def _place(place: object) -> Json:
    if not isinstance(place, Mapping):
        return {}
    point = {name: place.get(name) for name in ("latitude", "longitude")}
    is_number = all(isinstance(one, int | float) for one in point.values())
    return {"location": point} if is_number else {}


def _date(value: object, moment: int) -> int:
    number = _whole(value)
    return moment if number is None or not 0 <= number < LATEST else number


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
