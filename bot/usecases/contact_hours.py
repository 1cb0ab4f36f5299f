"""When a contact may be written to: its safe hours and its quiet days. What is still unsent keeps
to the new ones at once."""

import json
from datetime import date, datetime, time, timedelta

from bot.usecases import gather
from bot.usecases.casework import Decision, contact_taken_up, note, today
from bot.usecases.errors import Refused
from bot.usecases.room import Room
from flows.hours import at, local
from flows.model import Contact, ContactState, SafeHours
from storage import contacts, outbox, programmes
from storage.programmes import Place
from storage.transaction import Tx

LONGEST_QUIET = timedelta(days=92)

Span = tuple[date, date]


def set_hours(
    tx: Tx,
    room: Room,
    contact_id: str,
    why: Decision,
    *,
    start: time | None,
    end: time | None,
    weekdays: frozenset[int] | None,
    timezone: str | None,
    now: datetime,
) -> Contact:
    """Other safe hours; what is not given stays."""
    before, case = contact_taken_up(tx, contact_id, why)
    hours = SafeHours(
        start=start or before.hours.start,
        end=end or before.hours.end,
        timezone=timezone or before.hours.timezone,
        weekdays=before.hours.weekdays if weekdays is None else weekdays,
        quiet=before.hours.quiet,
    )
    if hours == before.hours:
        raise Refused("Nothing of these hours is new.")
    if hours.start == hours.end:
        raise Refused("Safe hours must end at another time than they begin.")
    days = "".join(map(str, sorted(hours.weekdays)))
    written = {"safe_from": f"{hours.start:%H:%M}", "safe_to": f"{hours.end:%H:%M}"}
    contacts.update(tx, before.id, **written, timezone=hours.timezone, weekdays=days)
    after = _keep_to(tx, room, before, now=now)
    if after.state is ContactState.ACTIVE:
        _move_place(tx, before, after, now=now)
        programmes.replan(tx, after, now=now)
    note(tx, case, why, "hours_set", now=now, contact=before.id, days=days, **written)
    return after


def add_quiet(
    tx: Tx, room: Room, contact_id: str, why: Decision, *, span: Span, now: datetime
) -> Contact:
    """Days, first and last, without any message that nobody has asked for."""
    contact, case = contact_taken_up(tx, contact_id, why)
    first, last = span
    if last < first:
        raise Refused(f"{last} is before {first}: --to is the last quiet day.")
    if last < today(room, now):
        raise Refused(f"{last} is over.")
    if last - first > LONGEST_QUIET:
        raise Refused(
            f"{first} to {last} are more than {LONGEST_QUIET.days} days. For so long pause the "
            f"case: `kabar case pause {case.code}`."
        )
    if span in contact.hours.quiet:
        raise Refused(f"{first} to {last} is quiet already.")
    days = {"first": str(first), "last": str(last)}
    after = _write_quiet(tx, room, contact, (*contact.hours.quiet, span), now=now)
    note(tx, case, why, "quiet_added", now=now, contact=contact.id, **days)
    return after


def remove_quiet(
    tx: Tx, room: Room, contact_id: str, why: Decision, *, first: date, now: datetime
) -> Contact:
    """Take the quiet days back that begin on this one."""
    contact, case = contact_taken_up(tx, contact_id, why)
    left = tuple(one for one in contact.hours.quiet if one[0] != first)
    if left == contact.hours.quiet:
        raise Refused(
            f"No quiet days begin on {first}: `kabar contact quiet list {contact_id}` prints them."
        )
    after = _write_quiet(tx, room, contact, left, now=now)
    note(tx, case, why, "quiet_removed", now=now, contact=contact.id, first=str(first))
    return after


def _write_quiet(
    tx: Tx, room: Room, contact: Contact, spans: tuple[Span, ...], *, now: datetime
) -> Contact:
    kept = [[str(first), str(last)] for first, last in sorted(spans)]
    contacts.update(tx, contact.id, quiet=json.dumps(kept))
    return _keep_to(tx, room, contact, now=now)


def _keep_to(tx: Tx, room: Room, contact: Contact, *, now: datetime) -> Contact:
    """What waits to be sent waits for the new hours from here on."""
    after = gather.the_contact(tx, room, contact.id, now=now)
    outbox.keep_within(tx, contact.id, after.hours, now=now)
    return after


def _move_place(tx: Tx, before: Contact, after: Contact, *, now: datetime) -> None:
    """A first check-in that is still to come keeps its day and moves to the new hour. The last one
    that has been stays where it was: moved, it might come once more on the same day."""
    place = programmes.place(tx, before)
    if place.anchor is None or place.anchor <= now:
        return
    day = local(place.anchor, before.hours.timezone).date()
    moved = at(day, after.hours.start, after.hours.timezone)
    if moved > now:
        programmes.keep(tx, after, Place(next=place.next, anchor=moved))
