"""After an outage of over an hour supervisors are told once what was delayed: figures, no names."""

import logging
from dataclasses import astuple, replace
from datetime import datetime, timedelta

from bot.texts import Text
from bot.usecases import screens
from bot.usecases.post import post
from bot.usecases.room import Room
from flows.hours import local
from flows.model import Staff
from storage import (
    chains,
    checkins,
    contacts,
    delays,
    gaps,
    inbox,
    locks,
    settings,
    staff,
)
from storage.delays import Delayed
from storage.gaps import Gap, Span
from storage.outbox import Lane, Outgoing
from storage.transaction import Tx

log = logging.getLogger(__name__)

TOLD = Text(
    "Kabar took no messages from {start} to {end}. Delayed: {checkins} check-ins, {notices} "
    "notices, {written} messages from families, {others} other messages."
)
HEARD_LATELY = timedelta(minutes=5)
PATIENCE = timedelta(minutes=10)
"""So long after an outage its messages are waited for, before they are counted."""


def note_ticking(tx: Tx, *, known: datetime | None, now: datetime, wall: datetime) -> None:
    """What is due is about to be done. If that was long ago the last time (this process knows of
    `known`), an outage is kept, with what was due in it and is not done yet."""
    span = Span(begins=wall, ends=wall, known=known)
    gap = gaps.ticked(tx, span, offset=now - wall)
    if gap is not None:
        log.warning("nothing was done for a long time", extra={"action": "ticks_stood"})
        due = len(contacts.due(tx, now=now)) + len(checkins.due(tx, "due_at", now=now))
        steps = len(chains.due(tx, now=now))
        late = replace(gap, due_at=now, checkins=due, steps=steps)
        gaps.widen(tx, settings.OUTAGE, late)


def due(tx: Tx, *, now: datetime) -> tuple[str, ...]:
    """The outage that may be told of: once Telegram is heard again, and all that waited is in.
    With its figures: rows are counted here, where nothing is written."""
    moment, gap = next_moment(tx, now=now), gaps.pending(tx, settings.OUTAGE)
    if gap is None or moment is None or moment > now:
        return ()
    return ("|".join((gap.name, *map(str, astuple(delays.of(tx, gap))))),)


def report_outage(tx: Tx, room: Room, row: str, *, now: datetime) -> None:
    """Tell every supervisor with a phone, or else the head; then it is over. At once at any hour,
    and without sound: what was delayed rings for itself."""
    name, *counted = row.split("|")
    gap = gaps.pending(tx, settings.OUTAGE)
    if gap is None or gap.due_at is None or gap.name != name:
        return  # told already, or it has become longer since
    delayed, reach = Delayed(*map(int, counted)), staff.reach(tx, None)
    people = reach["supervisor"] or reach["head"]
    for person in people:
        found, address = staff.get(tx, person), staff.address(tx, person)
        if found is not None and address is not None:
            out = Outgoing(
                id=f"outage:{gap.name}:{person}",
                lane=Lane.ANSWER,
                kind="staff",
                verb="send",
                address=address,
                payload=screens.plain(TOLD, **_figures(gap, delayed, found)),
                not_before=now,
            )
            post(tx, room, out, now=now)
    if not people:
        log.error("nobody can be told of an outage", extra={"action": "outage_untold"})
    gaps.close(tx, settings.OUTAGE)


def lock(tx: Tx, _: str) -> None:
    """Nobody else tells of it meanwhile."""
    locks.named(tx, settings.OUTAGE)


def put_off(tx: Tx, _: str, *, now: datetime, until: datetime) -> None:
    """It could not be told of."""
    gaps.falls_due(tx, settings.OUTAGE, at=until)


def next_moment(tx: Tx, *, now: datetime) -> datetime | None:
    """When an outage may be told of; None while that depends on what comes in."""
    gap, alive_at = gaps.pending(tx, settings.OUTAGE), gaps.alive_at(tx)
    if gap is None or gap.due_at is None:
        return None
    if alive_at is None or alive_at < gap.ends - HEARD_LATELY:
        return None
    is_handled = not inbox.waiting(tx) or now > gap.until + PATIENCE
    return gap.due_at if is_handled else None


def _figures(gap: Gap, delayed: Delayed, person: Staff) -> dict[str, str]:
    start, end = local(gap.since, person.timezone), local(gap.until, person.timezone)
    moment = "%H.%M" if start.date() == end.date() else "%d-%m %H.%M"
    return {
        "start": start.strftime(moment),
        "end": end.strftime(moment),
        "checkins": str(gap.checkins + delayed.checkins),
        "notices": str(gap.steps + delayed.notices),
        "written": str(delayed.written),
        "others": str(delayed.others),
    }
