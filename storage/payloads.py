"""A neutral message (text, choices, attachment) as the outbox seals it; no JSON of Telegram's."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

Act = Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One button as it stands in a row: its label, and what it does."""

    label: str
    act: Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that somebody sent to the bot, by Telegram's id; of a place its latitude and longitude
    with a comma between. It is never downloaded."""

    kind: str  # photo, voice, location, ...: see words.File
    file: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """A neutral message. `numbers` are message numbers of the chat that a delete is about. Beside
    an `attachment` the text is not said: it is what the person reads if the file is refused."""

    text: str = ""
    keys: tuple[tuple[Key, ...], ...] = ()
    shares_number: str | None = None
    drops_reply_keyboard: bool = False
    is_silent: bool = True
    is_protected: bool = False
    numbers: tuple[int, ...] = ()
    attachment: Attachment | None = None


def as_json(payload: Payload) -> str:
    """A payload as it is sealed."""
    keys = [[{"label": key.label, "act": dict(key.act)} for key in row] for row in payload.keys]
    written: dict[str, object] = {
        "text": payload.text,
        "keys": keys,
        "shares_number": payload.shares_number,
        "drops_reply_keyboard": payload.drops_reply_keyboard,
        "is_silent": payload.is_silent,
        "is_protected": payload.is_protected,
        "numbers": payload.numbers,
    }
    if payload.attachment is not None:
        sent = payload.attachment
        written["attachment"] = {"kind": sent.kind, "file": sent.file}
    return json.dumps(written, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Payload:
    """The same back; what another version of the program wrote otherwise is left at its default."""
    raw = json.loads(text)
    rows = raw.get("keys", ())
    keys = tuple(tuple(Key(label=k["label"], act=k["act"]) for k in row) for row in rows)
    known = {field.name: raw[field.name] for field in fields(Payload) if field.name in raw}
    sent = raw.get("attachment")
    attachment = None if sent is None else Attachment(kind=sent["kind"], file=sent["file"])
    numbers = tuple(raw.get("numbers", ()))
    return Payload(**{**known, "keys": keys, "numbers": numbers, "attachment": attachment})
