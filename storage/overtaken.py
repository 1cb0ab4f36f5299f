"""What fell due between a backup and its restore, and may have been done by what was lost: nobody
is asked or reminded a second time, except at level A, where asking again does no harm."""

from collections.abc import Mapping, Set
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from flows.model import CheckinState, Contact, ContactId, ContactState, Level
from flows.planning import ANCHORS, Planned, asked_as, following
from flows.programme import effective_level
from storage import addresses, checkins, contacts, programmes, tables
from storage.rows import change
from storage.transaction import Tx
from storage.turns import State, Verb

RESTORED = "restored"  # the error of a row that may have been sent by what was lost
STALE = timedelta(days=5)  # nobody is asked last week's questions
BEGUN = (CheckinState.OPEN, CheckinState.PAUSED)
OVER: dict[str, object] = {"state": CheckinState.CANCELLED, **dict.fromkeys(checkins.MOMENTS)}

Waiting = Row[*tuple[Any, ...]]
c, o = tables.checkins, tables.outbox


def openings(tx: Tx, *, now: datetime) -> tuple[str, ...]:
    """Messages that first show a check-in, and may be sent twice: those of level A."""
    people = _people(tx)
    shown = tx.execute(select(c).where(c.c.state == CheckinState.ASKED, c.c.message.is_not(None)))
    return tuple(row.message for row in shown if _may_ask_twice(people, row, now))


def settle(tx: Tx, ended: Set[str], *, now: datetime) -> int:
    """How many check-ins are not asked (again)? `ended` are those of which it is known that they
    were over."""
    people, chats = _people(tx), addresses.hashes(tx, "contact")
    over = [row.id for row in _unanswered(tx) if _is_over(tx, people, row, ended, now)]
    over += [row.id for row in _waiting(tx, *BEGUN) if row.id in ended]
    for checkin in over:
        _end(tx, checkin, now=now)
    change(tx, c, c.c.remind_at.is_not(None), remind_at=None)
    return len(over) + sum(_replan(tx, one, chats.get(one.id), now=now) for one in people.values())


def _people(tx: Tx) -> Mapping[str, Contact]:
    return {one.id: one for one in contacts.unopened(tx)}


def _unanswered(tx: Tx) -> tuple[Waiting, ...]:
    return _waiting(tx, CheckinState.DUE, CheckinState.ASKED)


def _waiting(tx: Tx, *states: CheckinState) -> tuple[Waiting, ...]:
    return tuple(tx.execute(select(c).where(c.c.state.in_(states)).order_by(c.c.id)))


def _may_ask_twice(people: Mapping[str, Contact], row: Waiting, now: datetime) -> bool:
    """What was shown at A, or is going to be."""
    contact = people.get(row.contact_id)  # None for one that cannot be read
    is_open = contact is not None and effective_level(contact, now=now) is Level.OPEN
    return is_open and (row.state == CheckinState.DUE or row.level == Level.OPEN)


def _is_over(
    tx: Tx, people: Mapping[str, Contact], row: Waiting, ended: Set[str], now: datetime
) -> bool:
    is_due = row.state == CheckinState.DUE
    if row.id in ended or _has_come(row.expires_at, now):
        return True
    if is_due and not row.is_put_off and row.planned_at <= now - STALE:
        return True
    if _may_ask_twice(people, row, now):
        return False
    if is_due:  # one that queues may have had its turn before its moment
        return _has_come(row.due_at, now) or (row.planned_at <= now and not row.is_put_off)
    return _has_come(row.remind_at, now) or _was_unsent(tx, row.message)


def _has_come(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


def _was_unsent(tx: Tx, message: str | None) -> bool:
    """Was its opening taken back a moment ago?"""
    mine: tuple[ColumnElement[bool], ...] = (o.c.id == message, o.c.error == RESTORED)
    return tx.execute(select(o.c.id).where(*mine)).first() is not None


def _end(tx: Tx, checkin: str, *, now: datetime) -> None:
    change(tx, c, c.c.id == checkin, ended_at=now, **OVER)
    unsent = (o.c.checkin_id == checkin, o.c.state == State.PENDING, o.c.verb == Verb.SEND)
    change(tx, o, *unsent, state=State.CANCELLED, error=RESTORED)


def _replan(tx: Tx, contact: Contact, chat: str | None, *, now: datetime) -> int:
    """The plan goes on with the first check-in that has not come yet; how many are left out?"""
    at = programmes.place(tx, contact)
    is_past = at.next is not None and at.next.at <= now
    if contact.state is not ContactState.ACTIVE or not is_past:
        return 0
    plan = programmes.plan_of(tx, contact, now=now, is_damaged=True)
    found, anchor, left = at.next, at.anchor or now, 0
    while found is not None and found.at <= now and found.slot.asks:
        asked = Planned(at=found.at, slot=asked_as(plan, found))
        _leave_out(tx, contact, chat, asked, now=now)
        anchor = found.at if found.slot in ANCHORS else anchor
        found, left = following(plan, anchor, after=found.at, done=found.slot), left + 1
    programmes.keep(tx, contact, programmes.Place(next=found, anchor=anchor))
    return left


def _leave_out(
    tx: Tx, contact: Contact, chat: str | None, planned: Planned, *, now: datetime
) -> None:
    """Kept as one that was not asked: the day is not forgotten."""
    level = effective_level(contact, now=now)
    version = programmes.form_version(tx, contact, planned.slot, level)
    if version is None or chat is None:
        return
    checkins.plan(
        tx,
        contact=ContactId(contact.id),
        case=contact.case,
        chat_hash=chat,
        content_version=version,
        level=programmes.form_level(planned.slot, level),
        planned_at=planned.at,
        slot=planned.slot,
    )
    mine = (c.c.contact_id == contact.id, c.c.planned_at == planned.at)
    change(tx, c, *mine, c.c.state == CheckinState.DUE, ended_at=now, **OVER)
