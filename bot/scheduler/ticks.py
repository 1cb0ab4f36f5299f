"""What is due at a moment, as rows, and who does it: a list of duties in a fixed order.

Nothing here keeps time. Each due row is one small transaction, so that an alert never waits behind
the work of many families."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Table

from bot.usecases import ask_again, follow_up, report_outage, ring
from bot.usecases.room import Room
from storage import chains, checkins, contacts, outbox, tables
from storage.database import Database
from storage.rows import change
from storage.transaction import Tx

log = logging.getLogger(__name__)

TRY_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """`look` names the rows that are due, `do` handles one of them, `put_off` one that failed."""

    name: str
    look: Callable[..., tuple[str, ...]]
    do: Callable[..., None]
    put_off: Callable[..., None]


def _later(tx: Tx, row: str, *, table: Table, moment: str, now: datetime, until: datetime) -> None:
    """Its `moment` moves, unless it has moved meanwhile."""
    change(tx, table, table.c.id == row, table.c[moment] <= now, **{moment: until})


def _of_checkins(name: str, moment: str, do: Callable[..., None]) -> Duty:
    look = partial(checkins.due, moment=moment)
    later = partial(_later, table=tables.checkins, moment=moment)
    return Duty(name=name, look=look, do=do, put_off=later)


DUTIES = (
    Duty(
        name="escalate",
        look=chains.due,
        do=ring.step_due,
        put_off=partial(_later, table=tables.alerts, moment="escalate_at"),
    ),
    Duty(
        name="plan",
        look=contacts.due,
        do=follow_up.plan_checkin,
        put_off=partial(_later, table=tables.contacts, moment="next_due_at"),
    ),
    _of_checkins("score", "score_at", follow_up.score_half_done),
    _of_checkins("expire", "expires_at", follow_up.expire),
    _of_checkins("break", "idle_at", follow_up.break_off),
    _of_checkins("remind", "remind_at", follow_up.remind),
    _of_checkins("ask", "due_at", follow_up.ask_checkin),
    Duty(name="ask_again", look=ask_again.due, do=ask_again.ask_again, put_off=ask_again.put_off),
    Duty(
        name="outage",
        look=report_outage.due,
        do=report_outage.report_outage,
        put_off=report_outage.put_off,
    ),
)
"""Alerts first: whatever else is due, a human hears of danger before. What follows from an outage
comes last, when all that was due in it is done."""


async def run_due(database: Database, room: Room, *, now: datetime) -> int:
    """Do everything that is due at `now`; how much was it? A row that fails is logged by its id and
    tried again after a while, and the others go on."""
    done = 0
    for duty in DUTIES:
        for row in await database.read(duty.look, now=now):
            try:
                await database.write(duty.do, room, row, now=now)
                done += 1
            except Exception:
                log.exception("a due row failed", extra={"action": f"tick_{duty.name}", "row": row})
                # What has failed must not stand in the way of what is due after it.
                await database.write(duty.put_off, row, now=now, until=now + TRY_AGAIN)
    return done


def next_due(tx: Tx, *, now: datetime) -> datetime | None:
    """The earliest moment, past or future, at which something is to be done or sent."""
    found = (
        chains.next_moment(tx),
        contacts.next_moment(tx),
        checkins.next_moment(tx),
        outbox.next_moment(tx, now=now),
        ask_again.next_moment(tx),
        report_outage.next_moment(tx, now=now),
    )
    return min((moment for moment in found if moment is not None), default=None)
