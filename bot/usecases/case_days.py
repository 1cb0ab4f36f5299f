"""Days of weight that staff enter for a case, so that a check-in more comes around them. No family
ever reads of them."""

from datetime import date, datetime, timedelta

from bot.usecases import enrol
from bot.usecases.case_facts import kept
from bot.usecases.casework import Decision, View, note, replan, taken_up, today
from bot.usecases.errors import Refused
from bot.usecases.room import Room
from flows.model import KeyDate
from flows.rhythm import DayKind, Programme
from storage import audit, cases, key_dates
from storage.transaction import Tx


def add_day(
    tx: Tx, room: Room, code: str, why: Decision, *, kind: str, on: date, now: datetime
) -> str:
    """Enter a day; its id."""
    case = taken_up(tx, code, why)
    found = _kind(kept(tx, case), kind)
    last = on + timedelta(days=max(found.asks, default=0))
    if last < today(room, now):
        raise Refused(f"{on} is over: its last check-in would have come on {last}.")
    if KeyDate(kind=kind, day=on) in key_dates.of_case(tx, case.id):
        raise Refused(f"{kind} on {on} is entered already: `kabar case day list {code}`.")
    row = enrol.new_id()
    key_dates.add(tx, row, case.id, kind, on, now=now)
    replan(tx, room, case, now=now)
    note(tx, case, why, "day_added", now=now, day_id=row, kind=kind)
    return row


def remove_day(tx: Tx, room: Room, code: str, why: Decision, *, day: str, now: datetime) -> None:
    """Take a day back, and the check-ins that were to come around it."""
    case = taken_up(tx, code, why)
    if day not in dict(key_dates.with_ids(tx, case.id)):
        raise Refused(f"{code} has no day {day}. `kabar case day list {code}` prints the ids.")
    key_dates.end(tx, day, now=now)
    replan(tx, room, case, now=now)
    note(tx, case, why, "day_removed", now=now, day_id=day)


def list_days(tx: Tx, code: str, *, now: datetime) -> list[View]:
    """The days that count, with how the programme calls them; the look is noted."""
    case = cases.get(tx, enrol.case_of(tx, code))
    audit.note(
        tx, actor="operator", via="command", action="days_viewed",
        object=cases.subject(case.id), now=now,
    )  # fmt: skip
    programme = kept(tx, case)
    return [
        {
            "day_id": row,
            "kind": one.kind,
            "name": None if (kind := programme.day(one.kind)) is None else kind.name,
            "on": str(one.day),
        }
        for row, one in sorted(key_dates.with_ids(tx, case.id), key=lambda found: found[1].day)
    ]


def _kind(programme: Programme, kind: str) -> DayKind:
    found = programme.day(kind)
    if found is None:
        known = ", ".join(one.id for one in programme.days) or "none"
        raise Refused(f"There is no kind of day {kind!r}. The programme of this case has: {known}.")
    return found
