"""A worker confirms that a family wants to take part again: after STOP, or after a goodbye."""

from datetime import date, datetime

from bot.texts import Text
from bot.usecases import ends, follow_plan, same_nickname
from bot.usecases.record import move_contact
from bot.usecases.room import Room
from flows.events import ContactMoved
from flows.hours import local
from flows.model import Case, CaseState, Contact, ContactId, ContactKind, ContactState
from flows.programme import age_on
from flows.rhythm import ADULT_AT
from storage import addresses, audit, cases, contacts, days, plan_changes
from storage.transaction import Tx

ENDED = (ContactState.STOPPED, ContactState.BLOCKED, ContactState.FAREWELL)

NEVER_AGREED = Text("They never gave their consent. Invite them again, face to face.")
OF_AGE = Text("The child is an adult now. Ask the young person; the consent is theirs to give.")
CASE_CLOSED = Text("The case is closed. A school is asked again only with the family.")


def resume_contact(
    tx: Tx, room: Room, contact: ContactId, *, actor: str, now: datetime
) -> Text | None:
    """Active again, from tomorrow on, and a closed case with them; else why not. Where consent was
    never given it needs a new invitation, face to face; an adult decides for themselves."""
    found = contacts.get(tx, contact)
    if found is None or found.state not in ENDED or found.consented_at is None:
        return NEVER_AGREED
    case, is_school = cases.get(tx, found.case), found.kind is ContactKind.SCHOOL
    today = local(now, found.hours.timezone).date()
    if age_on(case.birth_date, today) >= ADULT_AT:
        return OF_AGE
    if case.state is CaseState.CLOSED:
        if is_school:
            return CASE_CLOSED
        _reopen(tx, case, found, actor=actor, now=now)
    _settle_days(tx, room, cases.get(tx, case.id), actor=actor, today=today, now=now)
    if is_school and found.ends_on is not None and found.ends_on <= today:
        contacts.update(tx, contact, ends_on=room.content.calendar.school_year_end(today))
    move_contact(tx, found, ContactMoved(state=ContactState.ACTIVE), now=now)
    addresses.set_state(tx, "contact", contact, "active")
    same_nickname.tell(tx, room, found, now=now)
    follow_plan.ask_if_over(tx, room, cases.get(tx, case.id), now=now)
    return None


def _settle_days(tx: Tx, room: Room, case: Case, *, actor: str, today: date, now: datetime) -> None:
    """Days that came while nobody took part: a pause is over, and a goodbye that was planned has
    been overtaken by whoever comes back."""
    if case.closes_on is not None and case.closes_on <= today:
        cases.update(tx, case.id, closes_on=None)
        plan_changes.note(
            tx, case=case.id, actor=actor, action="kept_open", reason=None, now=now,
            was=str(case.closes_on),
        )  # fmt: skip
    is_paused = case.state is CaseState.PAUSED
    if is_paused and case.paused_until is not None and case.paused_until <= today:
        ends.resume(tx, room, case, actor="system", now=now)


def _reopen(tx: Tx, case: Case, contact: Contact, *, actor: str, now: datetime) -> None:
    """The door that a goodbye leaves open."""
    cases.update(tx, case.id, state=CaseState.ACTIVE, closes_on=None, paused_until=None)
    days.resumed(tx, case.id, now=now)
    plan_changes.note(
        tx, case=case.id, actor=actor, action="reopened", reason=None, now=now, contact=contact.id
    )
    audit.note(
        tx, actor=actor, via="telegram", action="case_reopened",
        object=cases.subject(case.id), now=now,
    )  # fmt: skip
