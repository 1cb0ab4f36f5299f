"""Check-ins that staff fill in: rows of `checkins` with their name on it, on their own phones."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from flows.model import CaseId, CheckinId, CheckinState, ContactId, Level, Slot, StaffId, Way
from storage import tables
from storage.checkins import OPEN_STATES, Kept, as_kept
from storage.rows import insert_once
from storage.transaction import Tx

NO_PHONE = ""
"""The chat of a form that is filled in by a command: nothing of it is on any phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewForm:
    """`at` is when the family was asked, `expires_at` when a form left half done is over."""

    id: CheckinId
    case: CaseId
    contact: ContactId
    staff: StaffId
    way: Way
    version: str
    level: Level
    chat_hash: str
    first: str  # the item asked first
    at: datetime
    expires_at: datetime


def begin(tx: Tx, new: NewForm) -> bool:
    """A form with its first question open, once. It has no moments but its end: nobody is reminded
    of it, and no silence is counted by it."""
    return insert_once(
        tx,
        tables.checkins,
        id=new.id,
        case_id=new.case,
        contact_id=new.contact,
        chat_hash=new.chat_hash,
        content_version=new.version,
        level=new.level,
        state=CheckinState.OPEN,
        path=json.dumps([new.first]),
        floor=0,
        is_put_off=False,
        is_reminded=False,
        planned_at=new.at,
        opened_at=new.at,
        expires_at=new.expires_at,
        slot=Slot.FORM,
        filled_by=new.staff,
        way=new.way,
    )


def open_of(tx: Tx, staff: StaffId) -> Kept | None:
    """The form that this person has not ended yet: one at most."""
    c = tables.checkins
    mine = (c.c.filled_by == staff, c.c.slot == Slot.FORM, c.c.state.in_(OPEN_STATES))
    row = tx.execute(select(c).where(*mine).order_by(c.c.opened_at.desc()).limit(1)).first()
    return None if row is None else as_kept(row)


def settled_by(tx: Tx, contact: ContactId, *, at: datetime) -> tuple[Kept, ...]:
    """What a talk at that moment settles: check-ins of this contact that had come by then, and
    that are open or wait for their turn."""
    c = tables.checkins
    rows = tx.execute(
        select(c)
        .where(
            c.c.contact_id == contact,
            c.c.slot != Slot.FORM,
            c.c.state.in_((*OPEN_STATES, CheckinState.DUE)),
            c.c.planned_at <= at,
        )
        .order_by(c.c.planned_at, c.c.id)
    )
    return tuple(as_kept(row) for row in rows)
