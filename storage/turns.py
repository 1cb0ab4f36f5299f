"""Whose turn it is in the outbox: conditions on rows, and the rows that lose their turn.

What they mean, and in what order rows go, stands in `deliveries.py`.
"""

from collections.abc import Set
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, FromClause, and_, exists, or_, select

from storage import tables
from storage.addresses import TELEGRAM
from storage.rows import change
from storage.transaction import Tx

o = tables.outbox


class Verb(StrEnum):
    SEND = "send"
    EDIT = "edit"
    DELETE = "delete"
    UNKEYBOARD = "unkeyboard"


class State(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    UNREACHABLE = "unreachable"
    DEAD = "dead"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REPLACED = "replaced"


UNDER_WAY = (State.PENDING, State.SENDING)


def may_go(
    *, now: datetime, wall: datetime, resting: Set[str], paused: Set[str]
) -> ColumnElement[bool]:
    """Rows that may start this moment, of chats that are neither resting nor paused."""
    return and_(
        _is_due(o, now),
        or_(o.c.retry_at.is_(None), o.c.retry_at <= wall),
        ~o.c.chat_hash.in_(sorted(paused)),
        or_(o.c.verb != Verb.SEND, ~o.c.chat_hash.in_(sorted(resting))),
        ~_chat_is_busy(),
        ~_waits_for_target(),
        or_(o.c.lane == 0, ~_is_behind(now)),
    )


def is_unsettled(*, now: datetime) -> ColumnElement[bool]:
    """Rows that are on their way, or due and not waiting for something that is due later."""
    due = and_(_is_due(o, now), ~_waits_until_later(o, now))
    return or_(o.c.state == State.SENDING, due)


def let_expire(tx: Tx, *, now: datetime) -> None:
    """What came too late is put off where that is allowed, else never sent."""
    over = (o.c.state == State.PENDING, o.c.expires_at <= now)
    later = {"not_before": o.c.late_at, "expires_at": None, "late_at": None}
    change(tx, o, *over, o.c.late_at.is_not(None), **later)
    change(tx, o, *over, state=State.EXPIRED)


def drop_hidden(tx: Tx, *, now: datetime) -> None:
    """What is to leave the phone, and has not reached it, stays here."""
    delete = o.alias("deletes")
    named = select(delete.c.target).where(
        _is_due(delete, now), delete.c.verb == Verb.DELETE, delete.c.target.is_not(None)
    )
    hidden = or_(o.c.is_gone, o.c.id.in_(named))
    change(tx, o, o.c.state == State.PENDING, hidden, state=State.CANCELLED, error="hidden")


def _is_due(row: FromClause, now: datetime) -> ColumnElement[bool]:
    return and_(row.c.state == State.PENDING, row.c.channel == TELEGRAM, row.c.not_before <= now)


def _chat_is_busy() -> ColumnElement[bool]:
    flying = o.alias("flying")
    return exists().where(flying.c.chat_hash == o.c.chat_hash, flying.c.state == State.SENDING)


def _is_behind(now: datetime) -> ColumnElement[bool]:
    """Does an older row of the chat go first, though it may be waiting for another try?"""
    older = o.alias("older")
    return exists().where(
        older.c.chat_hash == o.c.chat_hash,
        older.c.seq < o.c.seq,
        _is_due(older, now),
        ~_waits_until_later(older, now),
    )


def _waits_for_target() -> ColumnElement[bool]:
    target = o.alias("target")
    return exists().where(target.c.id == o.c.target, target.c.state.in_(UNDER_WAY))


def _waits_until_later(row: FromClause, now: datetime) -> ColumnElement[bool]:
    """Is it about a message that is itself not due yet?"""
    later = o.alias("later")
    return exists().where(
        later.c.id == row.c.target, later.c.state == State.PENDING, later.c.not_before > now
    )
