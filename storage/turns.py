"""Whose turn it is in the outbox: conditions on rows, in the database's words.

What they mean, and in what order rows go, stands in `deliveries.py`.
"""

from collections.abc import Set
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, FromClause, and_, exists, or_, select, true

from storage import tables
from storage.addresses import TELEGRAM

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
FIRST_TRIES = 5  # of a change: after so many nothing waits any longer for it to be done


def may_go(
    *, now: datetime, wall: datetime, resting: Set[str], paused: Set[str], only_alerts: bool
) -> ColumnElement[bool]:
    """Rows whose turn it is this moment, in chats that are neither resting nor paused."""
    return and_(
        o.c.lane == 0 if only_alerts else true(),
        _is_due(o, now),
        or_(o.c.retry_at.is_(None), o.c.retry_at <= wall, o.c.expires_at <= now, o.c.is_gone),
        ~o.c.chat_hash.in_(sorted(paused)),
        or_(o.c.verb != Verb.SEND, ~o.c.chat_hash.in_(sorted(resting))),
        ~_chat_is_busy(),
        ~_waits_for_target(),
        or_(o.c.lane == 0, ~_is_behind(now, wall)),
    )


def is_unsettled(*, now: datetime) -> ColumnElement[bool]:
    """Rows that are on their way, or due and not waiting for something that is due later. A
    change that failed again and again is tried for two days: nothing can wait for that."""
    is_hopeful = or_(o.c.verb == Verb.SEND, o.c.attempts < FIRST_TRIES)
    due = and_(_is_due(o, now), is_hopeful, ~_waits_until_later(o, now))
    return or_(o.c.state == State.SENDING, due)


def is_overdue(*, wall: datetime) -> ColumnElement[bool]:
    """Rows on their way of which nothing was heard for longer than any call can take."""
    return and_(o.c.state == State.SENDING, o.c.lease_until < wall)


def is_to_leave(row: str, *, now: datetime) -> ColumnElement[bool]:
    """Is a delete of this row's message due?"""
    delete = o.alias("deletes")
    return exists().where(
        delete.c.target == row, delete.c.verb == Verb.DELETE, _is_due(delete, now)
    )


def is_outdone(row: str | None, seq: int) -> ColumnElement[bool]:
    """Is there a newer edit of the message `row` than the one at `seq`?"""
    newer = o.alias("newer")
    counts = (State.PENDING, State.SENDING, State.SENT, State.UNCERTAIN)
    return exists().where(
        newer.c.target == row,
        newer.c.verb == Verb.EDIT,
        newer.c.seq > seq,
        newer.c.state.in_(counts),
    )


def _is_due(row: FromClause, now: datetime) -> ColumnElement[bool]:
    return and_(row.c.state == State.PENDING, row.c.channel == TELEGRAM, row.c.not_before <= now)


def _chat_is_busy() -> ColumnElement[bool]:
    flying = o.alias("flying")
    return o.c.chat_hash.in_(select(flying.c.chat_hash).where(flying.c.state == State.SENDING))


def _is_behind(now: datetime, wall: datetime) -> ColumnElement[bool]:
    """Does an older row of the chat go first, though it may be waiting for another try? A change
    does not then, unless it is an edit that would bring back the keyboard that is to go."""
    older = o.alias("older")
    undoes = and_(
        older.c.verb == Verb.EDIT, o.c.verb == Verb.UNKEYBOARD, older.c.target == o.c.target
    )
    is_first = or_(
        older.c.verb == Verb.SEND, older.c.retry_at.is_(None), older.c.retry_at <= wall, undoes
    )
    return exists().where(
        older.c.chat_hash == o.c.chat_hash,
        older.c.seq < o.c.seq,
        _is_due(older, now),
        ~_waits_until_later(older, now),
        is_first,
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
