"""What is due at a moment, as rows, and who does it: a list of duties in a fixed order.

Nothing here keeps time. Each due row is one small transaction, so that an alert never waits behind
the work of many families."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Table, select

from bot.usecases import follow_up, ring
from bot.usecases.room import Room
from storage import chains, checkins, contacts, locks, outbox, tables
from storage.database import Database
from storage.errors import CommitFailed, DatabaseBusy, DatabaseClosed
from storage.rows import change
from storage.transaction import Tx

log = logging.getLogger(__name__)

TRY_AGAIN = timedelta(minutes=1)
NOT_NOW = (DatabaseBusy, CommitFailed, DatabaseClosed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """`look` names the rows that are due by their `moment`, `do` handles one of them, once `lock`
    keeps everybody else away from what it is about."""

    name: str
    table: Table
    moment: str
    look: Callable[..., tuple[str, ...]]
    lock: Callable[[Tx, str], None]
    do: Callable[..., None]


def _of_checkins(name: str, moment: str, do: Callable[..., None]) -> Duty:
    look = partial(checkins.due, moment=moment)
    return Duty(
        name=name, table=tables.checkins, moment=moment, look=look, lock=locks.checkin, do=do
    )


DUTIES = (
    Duty(
        name="escalate",
        table=tables.alerts,
        moment="escalate_at",
        look=chains.due,
        lock=locks.alerts,
        do=ring.step,
    ),
    Duty(
        name="plan",
        table=tables.contacts,
        moment="next_due_at",
        look=contacts.due,
        lock=locks.contact,
        do=follow_up.plan_checkin,
    ),
    _of_checkins("score", "score_at", follow_up.score_half_done),
    _of_checkins("expire", "expires_at", follow_up.expire),
    _of_checkins("break", "idle_at", follow_up.break_off),
    _of_checkins("remind", "remind_at", follow_up.remind),
    _of_checkins("ask", "due_at", follow_up.ask_checkin),
)
"""Alerts first: whatever else is due, a human hears of danger before."""


async def run_due(database: Database, room: Room, *, now: datetime) -> int:
    """Do everything that is due at `now`; how much was it? A row that fails is logged by its id and
    tried again after a while, and the others go on."""
    done = 0
    for duty in DUTIES:
        for row in await database.read(duty.look, now=now):
            try:
                done += await database.write(visit, duty, room, row, now=now)
            except NOT_NOW:
                raise  # nothing is wrong with the row, so it comes with the next pass
            except Exception:
                log.exception("a due row failed", extra={"action": f"tick_{duty.name}", "row": row})
                await database.write(put_off, duty, row, now=now)
    return done


def visit(tx: Tx, duty: Duty, room: Room, row: str, *, now: datetime) -> bool:
    """Do it if it is still due: since the look somebody may have answered, written STOP or tapped,
    or another process may have done it. False where nothing was left to do."""
    duty.lock(tx, row)
    moment = duty.table.c[duty.moment]
    if tx.execute(select(moment).where(duty.table.c.id == row, moment <= now)).first() is None:
        return False
    duty.do(tx, room, row, now=now)
    return True


def put_off(tx: Tx, duty: Duty, row: str, *, now: datetime) -> None:
    """What has failed must not stand in the way of what is due after it."""
    late = {duty.moment: now + TRY_AGAIN}
    change(tx, duty.table, duty.table.c.id == row, duty.table.c[duty.moment] <= now, **late)


def next_due(tx: Tx, *, now: datetime) -> datetime | None:
    """The earliest moment, past or future, at which something is to be done or sent."""
    found = (
        chains.next_moment(tx),
        contacts.next_moment(tx),
        checkins.next_moment(tx),
        outbox.next_moment(tx, now=now),
    )
    return min((moment for moment in found if moment is not None), default=None)
