"""Questions with buttons that were on phones when a gap ended, and have not been answered since."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select

from flows.definition import Press
from flows.model import AlertKind, AlertState, CheckinId, ContactId, Level, Slot
from storage import outbox, tables
from storage.checkins import OPEN_STATES
from storage.gaps import Gap
from storage.hands import QUIET
from storage.transaction import Tx
from storage.turns import State

SAFETY_STANDS = timedelta(hours=24)
"""A safety question that was sent longer before the gap had its time to be answered."""

A_SECOND = timedelta(seconds=1)
SAFETY_ITEM = "safe_now"
o, c, a = tables.outbox, tables.checkins, tables.alerts


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The message `row` asks something of this contact. `has_written`: something from that chat is
    not handled yet, and may be the answer."""

    row: str
    contact: ContactId
    checkin: CheckinId | None
    has_written: bool


def checkins(tx: Tx, gap: Gap, *, after: str = "", limit: int) -> tuple[Shown, ...]:
    """Open check-ins of level A that show the same as at the end of the gap: a page of them, behind
    the check-in `after`."""
    return _found(tx, _checkins(gap).where(c.c.id > after).limit(limit))


def checkin(tx: Tx, gap: Gap, checkin: str) -> Shown | None:
    """This one, if it is one of these."""
    return next(iter(_found(tx, _checkins(gap).where(c.c.id == checkin))), None)


def _checkins(gap: Gap) -> Select[*tuple[Any, ...]]:
    return (
        select(o.c.id, o.c.chat_hash, c.c.contact_id, c.c.id.label("checkin"))
        .join(c, c.c.message == o.c.id)
        .where(
            c.c.state.in_(OPEN_STATES),
            c.c.level == Level.OPEN,
            c.c.slot != Slot.FORM,  # staff ask again by themselves
            _was_there(gap),
            ~_is_shown_anew(gap),
        )
        .order_by(c.c.id)
    )


def families(tx: Tx, *, after: str = "", limit: int) -> tuple[str, ...]:
    """Contacts with an alert about words that nobody has taken: a page, behind `after`. Whoever
    has taken one speaks with them."""
    query = _families().where(a.c.contact_id > after).distinct().order_by(a.c.contact_id)
    return tuple(tx.execute(query.limit(limit)).scalars())


def safety_question(tx: Tx, gap: Gap, contact: str) -> Shown | None:
    """The last one of such a family, if it was there."""
    is_one = tx.execute(_families().where(a.c.contact_id == contact).limit(1)).first() is not None
    return _last_safety_question(tx, gap, contact) if is_one else None


def _families() -> Select[tuple[str]]:
    about_words = exists().where(
        tables.facts.c.alert_id == a.c.id, tables.facts.c.evidence.is_not(None)
    )
    return select(a.c.contact_id).where(
        a.c.contact_id.is_not(None),
        a.c.state == AlertState.OPEN,
        a.c.kind.in_((AlertKind.ALERT, AlertKind.UNSURE_WORDS)),
        about_words,
    )


def _last_safety_question(tx: Tx, gap: Gap, contact: str) -> Shown | None:
    sent = tx.execute(
        select(o)
        .where(
            o.c.owner_kind == "contact",
            o.c.owner_id == contact,
            o.c.verb == "send",
            o.c.kind.in_(("answer", "question_a")),
            o.c.checkin_id.is_(None),
            o.c.created_at >= gap.since - SAFETY_STANDS,
        )
        .order_by(o.c.seq.desc())
    )
    last = next((row for row in sent if _asks_about_safety(tx, row)), None)
    if last is None or _is_answered(tx, contact, since=last.created_at):
        return None
    query = select(o.c.id, o.c.chat_hash, o.c.owner_id.label("contact_id")).where(
        o.c.id == last.id, _was_there(gap)
    )
    return next(iter(_found(tx, query)), None)


def _asks_about_safety(tx: Tx, row: Row[*tuple[Any, ...]]) -> bool:
    """The question itself, or the line that it stands behind."""
    keys = [key for line in outbox.payload(tx, row.id).keys for key in line]
    return any(key.act.get("press") in (Press.UNSAFE, Press.RESUME) for key in keys)


def _is_answered(tx: Tx, contact: str, *, since: datetime) -> bool:
    """A message has its date in whole seconds, so it may seem to be up to one older."""
    given = tables.answers
    found = select(given.c.id).where(
        given.c.contact_id == contact,
        given.c.item == SAFETY_ITEM,
        given.c.at > since - A_SECOND,
    )
    return tx.execute(found.limit(1)).first() is not None


def _was_there(gap: Gap) -> ColumnElement[bool]:
    """Did the message stand on the phone, for all that is known, before the gap was over?"""
    was_sent = and_(o.c.state == State.SENT, o.c.sent_at < gap.until)
    may_have_come = and_(o.c.state == State.UNCERTAIN, o.c.retry_at.is_(None))
    return and_(o.c.is_gone.is_(False), or_(was_sent, may_have_come))


def _is_shown_anew(gap: Gap) -> ColumnElement[bool]:
    """Has the check-in been shown since, or is it about to be? A quiet edit makes no notice."""
    newer = o.alias("newer")
    is_to_come = or_(
        newer.c.state.in_((State.PENDING, State.SENDING)),
        and_(newer.c.state == State.UNCERTAIN, newer.c.retry_at.is_not(None)),
    )
    has_come = and_(newer.c.state == State.SENT, newer.c.sent_at >= gap.until)
    return exists().where(
        newer.c.checkin_id == c.c.id,
        newer.c.kind != QUIET,
        newer.c.verb.in_(("send", "edit")),
        or_(is_to_come, has_come),
    )


def _found(tx: Tx, query: Select[*tuple[Any, ...]]) -> tuple[Shown, ...]:
    i = tables.inbox
    waiting = (
        select(func.count())
        .where(i.c.state == "new", i.c.chat_hash == o.c.chat_hash)
        .correlate(o)
        .scalar_subquery()
    )
    return tuple(
        Shown(
            row=row.id,
            contact=ContactId(row.contact_id),
            checkin=row._mapping.get("checkin"),
            has_written=row.waiting > 0,
        )
        for row in tx.execute(query.add_columns(waiting.label("waiting")))
    )
