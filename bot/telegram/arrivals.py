"""Raw updates as rows of the inbox: just enough is looked at to keep each chat's order."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from storage.inbox import Arrived

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
"""What is asked for, always by name: Telegram remembers a list and drops other kinds for good."""

UNKNOWN, MALFORMED = "unknown", "malformed"
HIGHEST_ID = 2**63  # what the column holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What can be kept of a page, its highest update id, and how many had no id at all."""

    updates: tuple[Arrived, ...]
    last: int | None
    without_id: int


def read_page(raw: Iterable[object]) -> Page:
    """One bad update never hides the others."""
    found = [read_update(one) for one in raw]
    updates = tuple(update for update in found if update is not None)
    return Page(
        updates=updates,
        last=max((update.update_id for update in updates), default=None),
        without_id=len(found) - len(updates),
    )


def read_update(raw: object) -> Arrived | None:
    """An update as it goes into the inbox, also of unknown or broken kind; None without an id."""
    if not isinstance(raw, Mapping) or (update_id := _whole(raw.get("update_id"))) is None:
        return None
    if not 0 <= update_id < HIGHEST_ID:
        return None
    kind = next((name for name in ALLOWED if name in raw), UNKNOWN)
    chat = None if kind == UNKNOWN else _chat(kind, raw[kind])
    if kind != UNKNOWN and chat is None:
        kind = MALFORMED
    body = json.dumps(raw, ensure_ascii=False, separators=(",", ":"))
    return Arrived(update_id=update_id, kind=kind, chat=chat, body=body)


def _chat(kind: str, content: object) -> str | None:
    """Whose turn it is; of a tap without a message the one who tapped, whose chat it is here."""
    if not isinstance(content, Mapping):
        return None
    if kind == "callback_query":
        return _id(content.get("message"), "chat") or _id(content, "from")
    return _id(content, "chat")


def _id(holder: object, name: str) -> str | None:
    inner = holder.get(name) if isinstance(holder, Mapping) else None
    number = _whole(inner.get("id")) if isinstance(inner, Mapping) else None
    return None if number is None else str(number)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
