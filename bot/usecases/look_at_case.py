"""The rules of a day look at one case: what nobody said, and what comes near, is for a human.

Nothing is sent to any family, and nothing of the plan changes by it."""

from dataclasses import dataclass
from datetime import datetime

from bot.usecases import case_day
from bot.usecases.record import found
from bot.usecases.room import Room
from flows import look
from flows.days import CaseDay
from flows.events import AlertFound
from flows.hours import at, local
from flows.model import Case, CaseId, CaseState, Contact
from flows.programme import age_on
from flows.rhythm import ADULT_AT
from storage import alerts, cases, contacts, days
from storage.errors import SubjectErased
from storage.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What the rules of a day say about a case, and what they looked at."""

    case: Case
    day: CaseDay
    zone: str
    events: tuple[AlertFound, ...]


def look_at_case(tx: Tx, room: Room, case_id: str, *, now: datetime) -> None:
    """Say what is to be said on this day, once, and write down when to look again."""
    looked = what_is_said(tx, room, CaseId(case_id), now=now)
    if looked is None:
        days.look(tx, CaseId(case_id), None)
        return
    contact = _whom(tx, looked.day) if looked.events else None
    for event in looked.events:
        found(tx, room, event, case=looked.case, contact=contact, now=now)
    days.look(tx, looked.case.id, looks_next(tx, room, looked))


def what_is_said(tx: Tx, room: Room, case_id: CaseId, *, now: datetime) -> Looked | None:
    """What the rules say on this day; None where nobody looks any more."""
    people = days.caregivers(tx, case_id)
    zone = case_day.zone_of(room, people)
    case = _the(tx, case_id, zone, now=now)
    if case is None:
        return None
    known = alerts.known(tx, case.id, None)
    day = case_day.whole_day(tx, room, case, people, known, now=now)
    told = case_day.told(tx, case, timezone=zone)
    events = look.decide(room.content.rules, day, told, known)
    return Looked(case=case, day=day, zone=zone, events=events)


def looks_next(tx: Tx, room: Room, looked: Looked) -> datetime:
    """When to look again, once what was said is kept."""
    told = case_day.told(tx, looked.case, timezone=looked.zone)
    known = alerts.known(tx, looked.case.id, None)
    when = look.next_look(room.content.rules, looked.day, told, known)
    return at(when, room.content.urgencies.working.start, looked.zone)


def _the(tx: Tx, case_id: CaseId, zone: str, *, now: datetime) -> Case | None:
    """None where nobody looks any more: a goodbye is no silence, an adult decides for themselves,
    and whoever was erased is nobody's case."""
    try:
        case = cases.get(tx, case_id)
    except SubjectErased:
        return None
    is_adult = age_on(case.birth_date, local(now, zone).date()) >= ADULT_AT
    return None if case.state is CaseState.CLOSED or is_adult else case


def _whom(tx: Tx, day: CaseDay) -> Contact | None:
    """Whom the task is about: of those who take part, the one who was heard last."""
    people = day.by_message or day.people
    if not people:
        return None
    last = max(people, key=lambda one: (one.heard_on is not None, str(one.heard_on)))
    return contacts.get(tx, last.id)
