"""The way in: raw updates are stored before Telegram may forget them, and handled once."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Select, and_, bindparam, exists, func, or_, select, text

from storage import tables
from storage.addresses import TELEGRAM
from storage.errors import Tampered
from storage.lasting import Lasting
from storage.rows import change, change_by, insert_once
from storage.transaction import Tx

BODY, SUBJECT = "inbox.body", "centre"
LAST_TRY = 3  # a row that fails this often is dead, and the chat goes on
AT_ONCE = 100  # chats looked at together
# By the database's clock. A worker looks again every moment while it has rows in hand, and so does
# not lose them; those of one that died are free soon.
UNTIL, SOON = "now() + interval '20 s'", "now() + interval '10 s'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One raw update as it came. `chat` is the chat id in clear, None for a kind without one."""

    update_id: int
    kind: str
    chat: str | None
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unhandled:
    """A row to be handled. `received_at` is by the moved clock; `body` is None where it is
    damaged."""

    id: str
    kind: str
    chat_hash: str
    body: str | None
    received_at: datetime
    attempts: int


_i = tables.inbox
OLDEST = Lasting(
    select(_i)
    .where(
        _i.c.seq.in_(
            select(func.min(_i.c.seq))
            .where(_i.c.state == "new", _i.c.chat_hash.not_in(bindparam("busy", expanding=True)))
            .group_by(_i.c.chat_hash)
            .order_by(func.min(_i.c.seq))
            .limit(bindparam("limit", type_=Integer()))
        )
    )
    .order_by(_i.c.seq)
)


def store(tx: Tx, bot: str, page: Iterable[Arrived], *, now: datetime) -> int:
    """Store one page; what is stored already stays as it is. How many were new?"""
    return sum(_store(tx, bot, one, now=now) for one in page)


def _store(tx: Tx, bot: str, one: Arrived, *, now: datetime) -> bool:
    row = f"{bot}:{one.update_id}"
    return insert_once(
        tx,
        tables.inbox,
        id=row,
        bot=bot,
        update_id=one.update_id,
        channel=TELEGRAM,
        kind=one.kind,
        chat_hash=tx.vault.fingerprint("chat", one.chat or ""),
        body=tx.vault.seal(tx, SUBJECT, BODY, row, one.body),
        received_at=now,
        state="new",
        attempts=0,
    )


def next_of_each_chat(
    tx: Tx, *, busy: Collection[str] = (), limit: int = AT_ONCE
) -> tuple[Unhandled, ...]:
    """The oldest unhandled row of each chat, so that a chat's order is kept; of `busy` ones (by
    hash) none."""
    return _unhandled(tx, OLDEST, {"busy": list(busy), "limit": limit})


def claim(tx: Tx, *, holder: str) -> tuple[Unhandled, ...]:
    """The same where several processes share a PostgreSQL database: rows that nobody else has.

    It only spares two of them the same work; that a row is handled once, `handled` sees to. What
    `holder` has in hand already comes again, so that what had to wait is not forgotten."""
    i, earlier = tables.inbox, tables.inbox.alias("earlier")
    first = ~exists().where(
        earlier.c.state == "new", earlier.c.chat_hash == i.c.chat_hash, earlier.c.seq < i.c.seq
    )
    mine = and_(i.c.state == "new", i.c.lease == holder)
    change(tx, i, mine, i.c.lease_until < text(SOON), lease_until=text(UNTIL))
    is_free = or_(i.c.lease.is_(None), i.c.lease_until < func.now())
    free = (
        select(i.c.seq)
        .where(i.c.state == "new", is_free, first)
        .order_by(i.c.seq)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    change(tx, i, i.c.seq.in_(free), lease=holder, lease_until=text(UNTIL))
    return _unhandled(tx, select(i).where(mine, first).order_by(i.c.seq).limit(AT_ONCE))


def release(tx: Tx, *, holders: Collection[str]) -> int:
    """Rows that these processes had in hand, which have ended, are free; how many?"""
    i = tables.inbox
    held = (i.c.state == "new", i.c.lease.in_(holders))
    return change(tx, i, *held, lease=None, lease_until=None)


def _unhandled(
    tx: Tx, query: Lasting | Select[Any], values: Mapping[str, object] | None = None
) -> tuple[Unhandled, ...]:
    rows = tx.execute(query, values).all()
    return tuple(
        Unhandled(
            id=row.id,
            kind=row.kind,
            chat_hash=row.chat_hash,
            body=_body(tx, row.id, row.body),
            received_at=row.received_at,
            attempts=row.attempts,
        )
        for row in rows
    )


def _body(tx: Tx, row: str, sealed: bytes | None) -> str | None:
    """One damaged row must not hide the others. A key that does not fit is no damage of a row:
    nothing may be given up for it."""
    if sealed is None:  # emptied, see prune.py; nothing that waits is
        return None
    try:
        return tx.vault.open(tx, SUBJECT, BODY, row, sealed)
    except Tampered as error:
        if error.column != BODY:
            raise
        return None


def handled(tx: Tx, row: str, *, now: datetime) -> bool:
    """Mark the row handled, in the transaction of what it caused; False if it was before."""
    new = {"id": row, "state": "new"}
    return change_by(tx, tables.inbox, new, state="done", handled_at=now) == 1


def failed(tx: Tx, row: str, *, now: datetime) -> bool:
    """Count a failure; True once the row is dead."""
    i = tables.inbox
    change(tx, i, i.c.id == row, attempts=i.c.attempts + 1)
    dead = (i.c.id == row, i.c.state == "new", i.c.attempts >= LAST_TRY)
    return change(tx, i, *dead, state="dead", handled_at=now) == 1


def waiting(tx: Tx) -> int:
    """How many rows are unhandled."""
    i = tables.inbox
    count: int = tx.execute(select(func.count()).where(i.c.state == "new")).scalar_one()
    return count
