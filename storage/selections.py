"""Which items a check-in does not ask, and the number by which that is decided."""

import json

from sqlalchemy import func, select

from flows.model import ContactId, Slot
from storage import tables
from storage.rows import change_by
from storage.transaction import Tx

NUMBERED = (Slot.REGULAR, Slot.EXTRA)
"""Pulses and school forms ask one thing, always the same."""


def number_of(tx: Tx, contact: ContactId, checkin: str) -> int:
    """The how-manieth check-in of this contact it is; the first is 1."""
    c = tables.checkins
    asked_before = (
        select(func.count())
        .select_from(c)
        .where(
            c.c.contact_id == contact,
            c.c.opened_at.is_not(None),
            c.c.slot.in_(NUMBERED),
            c.c.id != checkin,
        )
    )
    before: int = tx.execute(asked_before).scalar_one()
    return before + 1


def leave_out(tx: Tx, checkin: str, items: frozenset[str]) -> None:
    """Keep which items this check-in does not ask."""
    change_by(tx, tables.checkins, {"id": checkin}, left_out=json.dumps(sorted(items)))
