"""The rules of a day look at one case: what nobody said, and what comes near, is for a human.

Nothing is sent to any family, and nothing of the plan changes by it."""

from datetime import datetime

from bot.usecases import case_day
from bot.usecases.record import found
from bot.usecases.room import Room
from flows import look
from flows.days import CaseDay
from flows.hours import at, local
from flows.model import Case, CaseId, CaseState, Contact
from flows.programme import age_on
from flows.rhythm import ADULT_AT
from storage import alerts, cases, contacts, days
from storage.errors import SubjectErased
from storage.transaction import Tx


def look_at_case(tx: Tx, room: Room, case_id: str, *, now: datetime) -> None:
    """Say what is to be said on this day, once, and write down when to look again."""
    people = days.caregivers(tx, CaseId(case_id))
    zone = case_day.zone_of(room, people)
    case = _the(tx, CaseId(case_id), zone, now=now)
    if case is None:
        days.look(tx, CaseId(case_id), None)
        return
    known = alerts.known(tx, case.id, None)
    day = case_day.whole_day(tx, room, case, people, known, now=now)
    told = case_day.told(tx, case, timezone=zone)
    events = look.decide(room.content.rules, day, told, known)
    for event in events:
        found(tx, room, event, case=case, contact=_whom(tx, day), now=now)
    if events:
        told, known = case_day.told(tx, case, timezone=zone), alerts.known(tx, case.id, None)
    when = look.next_look(room.content.rules, day, told, known)
    days.look(tx, case.id, at(when, room.content.urgencies.working.start, zone))


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
