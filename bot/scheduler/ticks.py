"""What is due at a moment, as rows, and who does it: a list of duties in a fixed order.

Nothing here keeps time. Each due row is one small transaction, so that an alert never waits behind
the work of many families."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.usecases import follow_up, ring
from bot.usecases.room import Room
from storage import alerts, checkins, contacts, outbox
from storage.database import Database
from storage.transaction import Tx

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """`look` names the rows that are due, `do` handles one of them."""

    name: str
    look: Callable[..., tuple[str, ...]]
    do: Callable[..., None]


DUTIES = (
    Duty(name="escalate", look=alerts.due, do=ring.step),
    Duty(name="plan", look=contacts.due, do=follow_up.plan_checkin),
    Duty(name="score", look=partial(checkins.due, moment="score_at"), do=follow_up.score_half_done),
    Duty(name="expire", look=partial(checkins.due, moment="expires_at"), do=follow_up.expire),
    Duty(name="break", look=partial(checkins.due, moment="idle_at"), do=follow_up.break_off),
    Duty(name="remind", look=partial(checkins.due, moment="remind_at"), do=follow_up.remind),
    Duty(name="ask", look=partial(checkins.due, moment="due_at"), do=follow_up.ask_checkin),
)
"""Alerts first: whatever else is due, a human hears of danger before."""


async def run_due(database: Database, room: Room, *, now: datetime) -> int:
    """Do everything that is due at `now`; how much was it? A row that fails is logged by its id,
    and the others go on."""
    done = 0
    for duty in DUTIES:
        for row in await database.read(duty.look, now=now):
            try:
                await database.write(duty.do, room, row, now=now)
                done += 1
            except Exception:
                log.exception("a due row failed", extra={"action": f"tick_{duty.name}", "row": row})
    return done


def next_due(tx: Tx, *, now: datetime) -> datetime | None:
    """The earliest moment, past or future, at which something is to be done or sent."""
    found = (
        alerts.next_moment(tx),
        contacts.next_moment(tx),
        checkins.next_moment(tx),
        outbox.next_moment(tx, now=now),
    )
    return min((moment for moment in found if moment is not None), default=None)
