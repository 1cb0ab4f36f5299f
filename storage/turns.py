"""Whose turn it is in the outbox: questions to the database, put together once.

What they mean, and in what order rows go, stands in `deliveries.py`. Ten thousand rows may wait
while thirty a second are taken, so a question must find its rows by an index and stop at its limit:
what costs most is asked last, of one row at a time.
"""

from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from storage import tables
from storage.addresses import TELEGRAM
from storage.columns import Moment
from storage.lasting import Lasting

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


NOW, WALL = bindparam("now", type_=Moment()), bindparam("wall", type_=Moment())
UNDER_WAY = (State.PENDING, State.SENDING)
FIRST_TRIES = 5  # of a change: after so many nothing waits any longer for it to be done


def _is_due(row: FromClause) -> ColumnElement[bool]:
    return and_(row.c.state == State.PENDING, row.c.channel == TELEGRAM, row.c.not_before <= NOW)


def _chat_is_busy() -> ColumnElement[bool]:
    flying = o.alias("flying")
    return o.c.chat_hash.in_(select(flying.c.chat_hash).where(flying.c.state == State.SENDING))


def _is_behind() -> ColumnElement[bool]:
    """Does an older row of the chat go first, though it may be waiting for another try? A change
    does not then, unless it is an edit that would bring back the keyboard that is to go."""
    older = o.alias("older")
    undoes = and_(
        older.c.verb == Verb.EDIT, o.c.verb == Verb.UNKEYBOARD, older.c.target == o.c.target
    )
    is_first = or_(
        older.c.verb == Verb.SEND, older.c.retry_at.is_(None), older.c.retry_at <= WALL, undoes
    )
    return _is_any(
        older,
        older.c.chat_hash == o.c.chat_hash,
        older.c.seq < o.c.seq,
        _is_due(older),
        ~_waits_until_later(older),
        is_first,
    )


def _is_behind_an_alert() -> ColumnElement[bool]:
    """Is an older alert of the chat ready too? Then that one goes first, and a look at the first
    few alerts finds as many chats."""
    older = o.alias("older_alert")
    return _is_any(
        older,
        older.c.chat_hash == o.c.chat_hash,
        older.c.seq < o.c.seq,
        older.c.lane + literal_column("0") == 0,  # by the chat, not by the index of lanes
        _is_due(older),
        _is_ready(older),
        ~_waits_for_target(older),
    )


def _is_ready(row: FromClause) -> ColumnElement[bool]:
    """Does it wait for no other try? What has come too late or is hidden is closed at once."""
    return or_(
        row.c.retry_at.is_(None), row.c.retry_at <= WALL, row.c.expires_at <= NOW, row.c.is_gone
    )


def _waits_for_target(row: FromClause) -> ColumnElement[bool]:
    target = o.alias("target")
    return _is_any(target, target.c.id == row.c.target, target.c.state.in_(UNDER_WAY))


def _waits_until_later(row: FromClause) -> ColumnElement[bool]:
    """Is it about a message that is itself not due yet?"""
    later = o.alias("later")
    is_later = (later.c.state == State.PENDING, later.c.not_before > NOW)
    return _is_any(later, later.c.id == row.c.target, *is_later)


def _is_to_leave() -> ColumnElement[bool]:
    """Is a delete of this row's message due? Its state is hidden from the index of states, in
    which SQLite would look through all that waits instead of the few rows about this one."""
    delete = o.alias("deletes")
    state = delete.c.state + literal_column("''")
    return _is_any(
        delete,
        delete.c.target == o.c.id,
        delete.c.verb == Verb.DELETE,
        state == State.PENDING,
        delete.c.channel == TELEGRAM,
        delete.c.not_before <= NOW,
    )


def _is_any(row: FromClause, *where: ColumnElement[bool]) -> ColumnElement[bool]:
    """EXISTS, asked for one outer row at a time: PostgreSQL would turn the word itself into a join
    with all rows, before it looks at the limit."""
    one: Select[int] = select(literal_column("1", Integer)).select_from(row).where(*where).limit(1)
    return one.scalar_subquery().is_not(None)


MAY_GO = Lasting(
    select(o, _is_to_leave().label("is_to_leave"))
    .where(
        _is_due(o),
        o.c.lane.between(bindparam("first_lane"), bindparam("last_lane")),
        _is_ready(o),
        o.c.chat_hash.not_in(bindparam("paused", expanding=True)),
        or_(o.c.verb != Verb.SEND, o.c.chat_hash.not_in(bindparam("resting", expanding=True))),
        ~_chat_is_busy(),
        ~_waits_for_target(o),
        or_(o.c.lane == 0, ~_is_behind()),
        or_(o.c.lane > 0, ~_is_behind_an_alert()),
    )
    .order_by(o.c.lane, o.c.seq)
    .limit(bindparam("limit"))
    .with_for_update(of=o, skip_locked=True)
)
"""Rows whose turn it is this moment, in chats that are neither resting nor paused. On PostgreSQL
rows that somebody is changing this moment are passed over."""

OVERDUE = Lasting(
    select(o).where(o.c.state == State.SENDING, o.c.lease_until < WALL).order_by(o.c.seq)
)
"""Rows on their way of which nothing was heard for longer than any call can take."""

WAITED = Lasting(
    select(o).where(o.c.state == State.UNCERTAIN, o.c.retry_at <= WALL).order_by(o.c.seq)
)
"""Uncertain rows that are to be tried once more."""

_IS_HOPEFUL = or_(o.c.verb == Verb.SEND, o.c.attempts < FIRST_TRIES)

UNSETTLED = Lasting(
    select(func.count())
    .select_from(o)
    .where(or_(o.c.state == State.SENDING, and_(_is_due(o), _IS_HOPEFUL, ~_waits_until_later(o))))
)
"""Rows that are on their way, or due and not waiting for something that is due later. A change
that failed again and again is tried for two days: nothing can wait for that."""

DOUBTED = Lasting(
    select(o.c.id).where(
        or_(o.c.id == bindparam("root"), o.c.target == bindparam("target")),
        o.c.state == State.UNCERTAIN,
    )
)
"""Rows about the same message of which nobody knows whether they arrived."""

_newer = o.alias("newer")
OUTDONE = Lasting(
    select(
        exists().where(
            _newer.c.target == bindparam("target"),
            _newer.c.verb == Verb.EDIT,
            _newer.c.seq > bindparam("seq"),
            _newer.c.state.in_((State.PENDING, State.SENDING, State.SENT, State.UNCERTAIN)),
        )
    )
)
"""Is there a newer edit of the same message?"""
