"""The one door to the outbox for use cases: words that may never leave are stopped here, last."""

import logging
from datetime import datetime

from bot.usecases.room import Room
from flows.wording import forbidden_words
from storage import audit, outbox
from storage.outbox import Outgoing, Payload
from storage.transaction import Tx

log = logging.getLogger(__name__)

UNCHECKED = ("detail", "staff", "form")
"""What staff open or ask for themselves may say what it must (contracts, "People")."""


def post(tx: Tx, room: Room, out: Outgoing, *, now: datetime, code: str = "") -> None:
    """Write the row. A message that holds a forbidden word is not sent, and never stops what
    caused it: the alert beside it matters more than the words. `code` is excepted. What somebody
    sent goes to staff alone."""
    if out.payload.attachment is not None and out.address.owner_kind != "staff":
        _held_back(tx, out, "file_held_back", now=now)
        return
    if out.kind not in UNCHECKED:
        found = forbidden_words(_all_words(out.payload).replace(code, ""), room.content.wording)
        if found:
            _held_back(tx, out, "words_held_back", now=now, count=len(found))
            return
    outbox.enqueue(tx, out, now=now)


def _held_back(tx: Tx, out: Outgoing, action: str, *, now: datetime, **detail: int) -> None:
    log.error("a message was held back", extra={"action": action, "row": out.id})
    audit.note(tx, actor="system", via="record", action=action, object=out.id, now=now, **detail)


def _all_words(payload: Payload) -> str:
    labels = (key.label for row in payload.keys for key in row)
    return "\n".join((payload.text, *labels, payload.shares_number or ""))
