"""One check-in at a time on a phone: when it is free again, and what came to it lately."""

from datetime import datetime, timedelta

from sqlalchemy import select

from flows.model import CheckinState, ContactId, Slot
from storage import tables
from storage.checkins import Kept
from storage.hands import QUIET
from storage.transaction import Tx

GIVES_WAY = timedelta(days=2)

_c = tables.checkins


def waiting(tx: Tx, contact: ContactId) -> tuple[tuple[str, datetime], ...]:
    """Check-ins of this contact that are due and not shown yet, with the moment they wait for."""
    mine = (_c.c.contact_id == contact, _c.c.state == CheckinState.DUE, _c.c.due_at.is_not(None))
    rows = tx.execute(select(_c.c.id, _c.c.due_at).where(*mine).order_by(_c.c.due_at))
    return tuple((row.id, row.due_at) for row in rows)


def pulsed_lately(tx: Tx, kept: Kept, *, since: datetime) -> bool:
    """Has another pulse come to the same phone since then? It names no child."""
    same = (_c.c.chat_hash == kept.chat_hash, _c.c.id != kept.id, _c.c.opened_at >= since)
    pulse = select(_c.c.id).where(*same, _c.c.slot == Slot.PULSE)
    return tx.execute(pulse.limit(1)).first() is not None


def was_asked(tx: Tx, contact: ContactId, *, since: datetime) -> bool:
    """Has a check-in shown something on this phone since then? A quiet edit asks nothing."""
    o = tables.outbox
    mine = (o.c.owner_kind == "contact", o.c.owner_id == contact, o.c.checkin_id.is_not(None))
    shown = (o.c.verb.in_(("send", "edit")), o.c.kind != QUIET, o.c.created_at > since)
    return tx.execute(select(o.c.id).where(*mine, *shown).limit(1)).first() is not None


def free_at(tx: Tx, other: Kept, waiting: Kept) -> datetime | None:
    """When what is open will have left the phone at the latest. Nobody has answered it: after two
    days it gives way to another child's, who would else never be asked about on a silent phone."""
    if gives_way(other, waiting) and other.opened_at is not None:
        return other.opened_at + GIVES_WAY
    ends = select(_c.c.expires_at).where(_c.c.id == other.id)
    found: datetime | None = tx.execute(ends).scalar_one_or_none()
    return found


def gives_way(other: Kept, waiting: Kept) -> bool:
    """May it have to make room, once its time is over?"""
    return other.state is CheckinState.ASKED and other.contact != waiting.contact
