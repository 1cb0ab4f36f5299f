"""From plans: no active family is without what comes next, it comes when the programme says so, and
nothing was left out."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from bot.oversight.look import Finding, Found, Kept, Look
from flows.model import Contact, ContactState, Slot
from flows.planning import ANCHORS, LATEST, NEAR, Plan, Planned, ahead, following
from storage import cases, contacts, programmes, tables
from storage.transaction import Tx

PATIENCE = timedelta(minutes=5)
WINDOW = timedelta(days=60)


def plans(tx: Tx, look: Look, rows: Sequence[Kept]) -> Found:
    """An active family has something ahead, unless its plan is over, and it is what the programme
    gives; whoever has left has nothing. Each planned day of the last sixty has its check-in."""
    for row in rows:
        if row.state != ContactState.ACTIVE:
            if row.next_due_at is not None:
                yield Finding(check="plan_after_the_end", row=row.id)
            continue
        contact = contacts.plain(row)
        plan = programmes.plan_of(tx, contact, now=look.now, is_damaged=True)
        yield from _ahead(look, row, plan)
        yield from _left_out(tx, look, contact, plan)


def _ahead(look: Look, row: Kept, plan: Plan) -> Iterator[Finding]:
    anchor = row.regular_at or row.next_due_at
    expected = None if anchor is None else following(plan, anchor, after=look.now)
    if row.next_due_at is None:
        if expected is not None:
            yield Finding(check="plan_missing", row=row.id)
    elif look.is_late(row.next_due_at, PATIENCE):
        yield Finding(check="plan_late", row=row.id)
    elif row.next_due_at > look.now:
        next_slot = Slot(row.next_slot or Slot.REGULAR)
        if expected != Planned(at=row.next_due_at, slot=next_slot):
            yield Finding(check="plan_differs", row=row.id)


def _left_out(tx: Tx, look: Look, contact: Contact, plan: Plan) -> Iterator[Finding]:
    """What should have been asked since the first regular check-in of these sixty days."""
    planned = _planned(tx, contact, since=look.now - WINDOW)
    first = next((at for at, slot in planned if slot in ANCHORS), None)
    if first is None or _has_changed(tx, contact, first):
        return
    days = {at for at, _ in planned}
    for one, then in _pairs(plan, first, look.now - PATIENCE):
        if not one.slot.asks or one.at in days:
            continue
        until = one.at + LATEST if then is None else min(one.at + LATEST, then.at - NEAR)
        if one.at < until and _ran_within(tx, one.at, until):
            checkin = f"checkin:{contact.id}:{one.at:%Y%m%dT%H%M}"
            yield Finding(check="plan_left_out", row=checkin)


def _planned(tx: Tx, contact: Contact, *, since: datetime) -> list[tuple[datetime, Slot]]:
    c = tables.checkins
    mine = (c.c.contact_id == contact.id, c.c.planned_at >= since, c.c.slot != Slot.FORM)
    rows = tx.execute(select(c.c.planned_at, c.c.slot).where(*mine).order_by(c.c.planned_at))
    return [(row.planned_at, Slot(row.slot)) for row in rows]


def _pairs(
    plan: Plan, first: datetime, until: datetime
) -> Iterator[tuple[Planned, Planned | None]]:
    """Each place up to a moment, with the one after it."""
    before: Planned | None = None
    for one in ahead(plan, first, after=first):
        if before is not None:
            yield before, one
        if one.at > until:
            return
        before = one
    if before is not None:
        yield before, None


def _has_changed(tx: Tx, contact: Contact, since: datetime) -> bool:
    """Has something been different since then: an interview that set another level, a goodbye, a
    return, another phone, or a plan that staff have changed?"""
    a, p = tables.audit, tables.plan_changes
    kinds = a.c.action.in_(("interviewed", "contact_active", "linked", "case_resumed"))
    about = a.c.object.in_((contacts.subject(contact.id), cases.subject(contact.case)))
    noted = select(a.c.seq).where(about, kinds, a.c.at > since)
    changed = select(p.c.seq).where(p.c.case_id == contact.case, p.c.at > since)
    return any(tx.execute(one.limit(1)).first() is not None for one in (noted, changed))


def _ran_within(tx: Tx, start: datetime, end: datetime) -> bool:
    """Was the program at work between the two moments?"""
    o = tables.outbox
    wrote = select(o.c.id).where(o.c.created_at > start, o.c.created_at < end)
    return tx.execute(wrote.limit(1)).first() is not None
