"""The plan of a contact: its programme in the version the case started with, or was moved to, what
staff have decided about it, and the place in it that comes next."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select

from flows.hours import local
from flows.loader import load_programme
from flows.model import CaseState, Contact, KeyDate, Level, Risk, Slot
from flows.planning import (
    ANCHORS,
    Plan,
    Planned,
    already_due,
    first_due,
    following,
    still_makes_sense,
)
from flows.programme import effective_level
from flows.rhythm import Programme
from storage import cases, contents, key_dates, tables
from storage.errors import SealError, SubjectErased
from storage.lasting import Lasting
from storage.rows import change_by
from storage.transaction import Tx

_PROGRAMMES: dict[str, Programme] = {}
"""Kept files by their version, which is the hash of their text: none is ever out of date."""

ASKED_AT = (Level.OPEN, Level.DISCREET)

_k, _c = tables.cases, tables.contacts
_CASE = Lasting(select(_k).where(_k.c.id == bindparam("case")))
_PLACE = Lasting(
    select(_c.c.next_due_at, _c.c.next_slot, _c.c.regular_at).where(_c.c.id == bindparam("contact"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a contact stands in the plan: what comes next, and the last regular check-in."""

    next: Planned | None
    anchor: datetime | None


def kept_programme(tx: Tx, version: str) -> Programme:
    """A programme in the version that a case keeps."""
    found = _PROGRAMMES.get(version)
    if found is None:
        name, body = contents.body(tx, version)
        found = _PROGRAMMES[version] = load_programme(body, name)
    return found


def plan_of(tx: Tx, contact: Contact, *, now: datetime, is_damaged: bool = False) -> Plan:
    """What decides about this contact. What cannot be opened of whoever was erased is left out;
    with `is_damaged`, whatever cannot be opened: a restore must not end in it."""
    row = tx.execute(_CASE, {"case": contact.case}).one()
    consented_at = contact.consented_at or now
    birth_date, days = _opened(tx, row, SealError if is_damaged else SubjectErased)
    return Plan(
        programme=kept_programme(tx, row.programme_version),
        risk=Risk(row.risk),
        level=effective_level(contact, now=now),
        kind=contact.kind,
        stage=row.stage,
        since=row.left_on or local(consented_at, contact.hours.timezone).date(),
        hours=contact.hours,
        birth_date=birth_date,
        days=days,
        state=CaseState(row.state),
        paused_until=row.paused_until,
        closes_on=row.closes_on,
        ends_on=contact.ends_on,
        extra_weeks=row.extra_weeks,
    )


def _opened(
    tx: Tx, row: cases.Row, passed_over: type[SealError]
) -> tuple[date | None, tuple[KeyDate, ...]]:
    try:
        return cases.birth_date(tx, row), key_dates.of_case(tx, row.id)
    except passed_over:
        return None, ()


def form_version(tx: Tx, contact: Contact, slot: Slot, level: Level) -> str | None:
    """The check-in that belongs there, in the version that the case keeps; None: nothing is asked.
    At C and D nothing is sent, and staff call."""
    if level not in ASKED_AT:
        return None
    if slot in (Slot.PULSE, Slot.SCHOOL):
        return cases.checkin_version(tx, contact.case, slot)
    return cases.checkin_version(tx, contact.case, level)


def form_level(slot: Slot, level: Level) -> Level:
    """A school form is written for anybody to read, whatever the phone may show."""
    return Level.DISCREET if slot is Slot.SCHOOL else level


def place(tx: Tx, contact: Contact) -> Place:
    """Where this contact stands."""
    row = tx.execute(_PLACE, {"contact": contact.id}).one()
    planned = None
    if row.next_due_at is not None:
        planned = Planned(at=row.next_due_at, slot=Slot(row.next_slot or Slot.REGULAR))
    return Place(next=planned, anchor=row.regular_at or row.next_due_at)


def after(plan: Plan, done: Planned, anchor: datetime, *, now: datetime) -> Place:
    """Where a contact stands once `done` has had its turn. Check-ins that make no sense any more
    are left out: a family never gets last month's questions. What staff must know is never."""
    anchor = done.at if done.slot in ANCHORS else anchor
    found = following(plan, anchor, after=done.at, done=done.slot)
    while found is not None and found.slot.asks and found.at < now:
        behind = found.at if found.slot in ANCHORS else anchor
        then = following(plan, behind, after=found.at, done=found.slot)
        if still_makes_sense(found, now, then=then):
            break
        found, anchor = then, behind
    return Place(next=found, anchor=anchor)


def keep(tx: Tx, contact: Contact, at: Place) -> None:
    """Write down where this contact stands."""
    change_by(
        tx,
        tables.contacts,
        {"id": contact.id},
        next_due_at=None if at.next is None else at.next.at,
        next_slot=None if at.next is None else at.next.slot,
        regular_at=at.anchor,
    )


def begin(tx: Tx, contact: Contact, *, now: datetime) -> None:
    """The first check-in comes the day after; whatever else is planned may come before it."""
    plan = plan_of(tx, contact, now=now)
    anchor = first_due(now, contact.hours)
    missed = already_due(plan, now=now)
    found = following(plan, anchor, after=now) if missed is None else missed
    keep(tx, contact, Place(next=found, anchor=anchor))


def replan(tx: Tx, contact: Contact, *, now: datetime, is_resumed: bool = False) -> None:
    """Something of the plan has changed: what comes next is looked for anew, from now on. What is
    due already has its turn first, in the plan as it is then; only the end of a pause has had it.
    The rhythm is kept, and nothing is filled up."""
    at = place(tx, contact)
    if at.next is not None and at.next.at <= now and not is_resumed:
        return
    plan = plan_of(tx, contact, now=now)
    anchor = at.anchor or first_due(now, contact.hours)
    keep(tx, contact, Place(next=following(plan, anchor, after=now), anchor=anchor))
