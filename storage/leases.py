"""What only one process may do at a time (receiving, sending, ticking), and which processes live.

For several processes on one PostgreSQL; on SQLite the file lock of `kabar run` lets only one in. A
lease is a row: its holder, a number that rises with each new holder, and a moment until which it
is good, by the database's clock. Another process takes it over

- at once when the holder is dead: while it lives it keeps an advisory lock (see presence.py), which
  the server drops with the connection;
- when the lease has run out: a frozen process keeps its connection, but renews nothing.

Neither stops the earlier holder at that instant. So what must not happen twice begins with `holds`
in its own transaction: it reads the lease with a lock that makes a takeover wait, or finds another
number there, and does nothing (fencing).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, delete, func, select

from storage import tables
from storage.rows import change, insert_once
from storage.transaction import Tx

LASTS = timedelta(seconds=10)  # without a renewal; so long a frozen process holds others up
LIVING = "process:"  # leases under which processes say that they live
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One run of the program. `lock` is the key of its advisory lock."""

    id: str

    @property
    def lock(self) -> int:
        return int.from_bytes(sha256(self.id.encode()).digest()[:7])


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lease in this process's hand; `number` is the fencing token."""

    name: str
    holder: str
    number: int


def take(tx: Tx, name: str, process: Process) -> Held | None:
    """The lease, if it is free, run out, ours already, or its holder is dead."""
    table, now = tables.leases, clock(tx)
    fresh = {"holder": process.id, "process": process.lock, "until": now + LASTS}
    if insert_once(tx, table, name=name, number=1, **fresh):
        return Held(name=name, holder=process.id, number=1)
    row = tx.execute(select(table).where(table.c.name == name).with_for_update()).one()
    is_ours = row.holder == process.id
    if not is_ours and row.until > now and _lives(tx, row.process):
        return None
    number = row.number if is_ours else row.number + 1
    change(tx, table, table.c.name == name, number=number, **fresh)
    return Held(name=name, holder=process.id, number=number)


def renew(tx: Tx, held: Held) -> bool:
    """Good for a while longer; False where another process has taken it over."""
    return change(tx, tables.leases, *_is(held), until=clock(tx) + LASTS) == 1


def holds(tx: Tx, held: Held) -> bool:
    """Is it still in this hand? Until this transaction ends nobody can take it then."""
    row = select(tables.leases.c.name).where(*_is(held)).with_for_update(read=True)
    return tx.execute(row).first() is not None


def let_go(tx: Tx, held: Held) -> None:
    """The process is stopping in order: the next one need not wait."""
    change(tx, tables.leases, *_is(held), until=LONG_AGO)


def leave(tx: Tx, process: Process) -> None:
    """This process ends in order: it counts as living no longer, and nobody misses it."""
    table = tables.leases
    living = (table.c.name.startswith(LIVING), table.c.holder == process.id)
    tx.execute(delete(table).where(*living))


def bury(tx: Tx, process: Process) -> tuple[str, ...]:
    """Forget processes that are dead or silent, and say which; `process` is the one that asks."""
    table, now = tables.leases, clock(tx)
    others = (table.c.name.startswith(LIVING), table.c.holder != process.id)
    rows = tx.execute(select(table).where(*others).with_for_update(skip_locked=True)).all()
    gone = [row for row in rows if row.until <= now or not _lives(tx, row.process)]
    tx.execute(delete(table).where(table.c.name.in_([row.name for row in gone])))
    return tuple(row.holder for row in gone)


def clock(tx: Tx, *, otherwise: datetime | None = None) -> datetime:
    """The database's clock, the same for all processes; within a transaction it goes on. SQLite
    has none but the system's, which is given."""
    if otherwise is not None and tx.connection.dialect.name != "postgresql":
        return otherwise
    now: datetime = tx.execute(select(func.clock_timestamp())).scalar_one()
    return now


def _is(held: Held) -> tuple[ColumnElement[bool], ...]:
    leases = tables.leases.c
    return (
        leases.name == held.name,
        leases.holder == held.holder,
        leases.number == held.number,
    )


def _lives(tx: Tx, lock: int) -> bool:
    """Does a process hold this advisory lock?"""
    is_free: bool = tx.execute(select(func.pg_try_advisory_xact_lock(lock))).scalar_one()
    return not is_free
