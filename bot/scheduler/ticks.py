"""What is due at a moment, as rows, and who does it: a list of duties in a fixed order.

Nothing here keeps time. Each due row is one small transaction, so that an alert never waits behind
the work of many families."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from types import ModuleType

from sqlalchemy import Table, select

from bot.scheduler.chores import run_chores
from bot.usecases import ask_again, follow_up, law_clock, report_outage, ring
from bot.usecases.follow_plan import follow_plan
from bot.usecases.look_at_case import look_at_case
from bot.usecases.room import Room
from storage import chains, checkins, contacts, days, deadlines, locks, outbox, tables
from storage.database import Database
from storage.errors import CommitFailed, DatabaseBusy, DatabaseClosed
from storage.rows import change
from storage.transaction import Tx

log = logging.getLogger(__name__)

TRY_AGAIN = timedelta(minutes=1)
NOT_NOW = (DatabaseBusy, CommitFailed, DatabaseClosed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """`look` names the rows that are due, `do` handles one of them, once `lock` keeps everybody
    else away from what it is about and `is_due` still says so. `put_off` is for one that failed."""

    name: str
    look: Callable[..., tuple[str, ...]]
    lock: Callable[[Tx, str], None]
    is_due: Callable[..., bool]
    do: Callable[..., None]
    put_off: Callable[..., None]


def _of_rows(
    name: str,
    table: Table,
    moment: str,
    *,
    look: Callable[..., tuple[str, ...]],
    lock: Callable[[Tx, str], None],
    do: Callable[..., None],
) -> Duty:
    """A duty about rows that are due by their `moment`."""
    return Duty(
        name=name,
        look=look,
        lock=lock,
        is_due=partial(_is_due, table=table, moment=moment),
        do=do,
        put_off=partial(_later, table=table, moment=moment),
    )


def _of_checkins(name: str, moment: str, do: Callable[..., None]) -> Duty:
    look = partial(checkins.due, moment=moment)
    return _of_rows(name, tables.checkins, moment, look=look, lock=locks.checkin, do=do)


def _of_gaps(name: str, kind: ModuleType, do: Callable[..., None]) -> Duty:
    """What follows from a gap is kept in one place, and each deed looks again by itself."""
    return Duty(
        name=name,
        look=kind.due,
        lock=kind.lock,
        is_due=lambda tx, row, *, now: True,
        do=do,
        put_off=kind.put_off,
    )


def _is_due(tx: Tx, row: str, *, table: Table, moment: str, now: datetime) -> bool:
    at = table.c[moment]
    return tx.execute(select(table.c.id).where(table.c.id == row, at <= now)).first() is not None


def _later(tx: Tx, row: str, *, table: Table, moment: str, now: datetime, until: datetime) -> None:
    """Its `moment` moves, unless it has moved meanwhile."""
    change(tx, table, table.c.id == row, table.c[moment] <= now, **{moment: until})


DUTIES = (
    _of_rows(
        "escalate",
        tables.alerts,
        "escalate_at",
        look=chains.due,
        lock=locks.alerts,
        do=ring.step,
    ),
    _of_rows(
        "plan",
        tables.contacts,
        "next_due_at",
        look=contacts.due,
        lock=locks.contact,
        do=follow_plan,
    ),
    _of_checkins("score", "score_at", follow_up.score_half_done),
    _of_checkins("expire", "expires_at", follow_up.expire),
    _of_checkins("break", "idle_at", follow_up.break_off),
    _of_checkins("remind", "remind_at", follow_up.remind),
    _of_checkins("ask", "due_at", follow_up.ask_checkin),
    _of_rows("look", tables.cases, "look_at", look=days.due, lock=locks.case, do=look_at_case),
    _of_rows(
        "clock",
        tables.deadlines,
        "remind_at",
        look=deadlines.due,
        lock=locks.deadline,
        do=law_clock.remind,
    ),
    _of_gaps("ask_again", ask_again, ask_again.ask_again),
    _of_gaps("outage", report_outage, report_outage.report_outage),
)
"""Alerts first: whatever else is due, a human hears of danger before. What follows from an outage
comes last, when all that was due in it is done."""


class LookFailed(Exception):
    """What is due of some duties is not known; the others were done."""


async def run_due(database: Database, room: Room, *, now: datetime) -> int:
    """Do everything that is due at `now`; how much was it? A row that fails is logged by its id and
    tried again after a while, and the others go on. So do the other duties where one cannot even
    be looked at; but then, at the end, LookFailed says that this pass was not whole."""
    done, failed = 0, list[str]()
    for duty in DUTIES:
        try:
            rows = await database.read(duty.look, now=now)
        except NOT_NOW:
            raise
        except Exception:
            log.exception("what is due is not known", extra={"action": f"look_{duty.name}"})
            failed.append(duty.name)
            continue
        for row in rows:
            done += await _done(database, duty, room, row, now=now)
    await run_chores(database, now=now)
    if failed:
        raise LookFailed(", ".join(failed))
    return done


async def _done(database: Database, duty: Duty, room: Room, row: str, *, now: datetime) -> bool:
    extra = {"action": f"tick_{duty.name}", "row": row}
    try:
        return await database.write(visit, duty, room, row, now=now)
    except NOT_NOW:
        raise  # nothing is wrong with the row, so it comes with the next pass
    except Exception:
        log.exception("a due row failed", extra=extra)
    try:
        # What has failed must not stand in the way of what is due after it.
        await database.write(duty.put_off, row, now=now, until=now + TRY_AGAIN)
    except NOT_NOW:
        raise
    except Exception:
        log.exception("a due row failed and stays due", extra=extra)
    return False


def visit(tx: Tx, duty: Duty, room: Room, row: str, *, now: datetime) -> bool:
    """Do it if it is still due: since the look somebody may have answered, written STOP or tapped,
    or another process may have done it. False where nothing was left to do."""
    duty.lock(tx, row)
    if not duty.is_due(tx, row, now=now):
        return False
    duty.do(tx, room, row, now=now)
    return True


def next_due(tx: Tx, *, now: datetime) -> datetime | None:
    """The earliest moment, past or future, at which something is to be done or sent; a moment that
    cannot be read is logged and left out."""
    found = (
        _moment("escalate", chains.next_moment, tx),
        _moment("plan", contacts.next_moment, tx),
        _moment("look", days.next_moment, tx),
        _moment("checkins", checkins.next_moment, tx),
        _moment("clock", deadlines.next_moment, tx),
        _moment("outbox", partial(outbox.next_moment, now=now), tx),
        _moment("ask_again", ask_again.next_moment, tx),
        _moment("outage", partial(report_outage.next_moment, now=now), tx),
    )
    return min((moment for moment in found if moment is not None), default=None)


def _moment(kind: str, look: Callable[[Tx], datetime | None], tx: Tx) -> datetime | None:
    try:
        return look(tx)
    except ValueError:  # SQLite keeps whatever somebody has written there by hand
        extra = {"action": "moment_unreadable", "kind": kind}
        log.error("it cannot be told when something is due next", extra=extra)
        return None
