"""What every change of a plan shares: who decides and why, in which case, what is written of it,
and how the plan then stands."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.usecases import ends, enrol
from bot.usecases.errors import Refused
from bot.usecases.room import Room
from flows.hours import local
from flows.model import Case, CaseId, CaseState, Contact, StaffId
from flows.permissions import Right, may
from storage import audit, cases, contacts, days, locks, plan_changes, programmes, staff, standings
from storage.transaction import Tx

View = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`by` is the staff id of whoever decided; None: whoever is at the terminal."""

    by: str | None = None
    reason: str | None = None

    @property
    def actor(self) -> str:
        """Who it was, as journal and plan changes name it."""
        return "operator" if self.by is None else f"staff:{self.by}"


def taken_up(tx: Tx, code: str, why: Decision, *, is_closed_too: bool = False) -> Case:
    """The case, locked, if whoever decided may decide about it."""
    found = enrol.case_of(tx, code)
    locks.case(tx, found)
    case = cases.get(tx, found)
    check_right(tx, why, case)
    if case.state is CaseState.CLOSED and not is_closed_too:
        raise Refused(f"{code} is closed. `kabar case resume {code}` opens it again.")
    return case


def contact_taken_up(tx: Tx, contact_id: str, why: Decision) -> tuple[Contact, Case]:
    """The contact and its case, locked."""
    locks.contact(tx, contact_id)
    contact = _found(tx, contact_id)
    case = cases.get(tx, contact.case)
    check_right(tx, why, case)
    return contact, case


def _found(tx: Tx, contact_id: str) -> Contact:
    contact = contacts.get(tx, contact_id)
    if contact is None:
        raise Refused(f"There is no contact {contact_id}. `kabar case show CODE` lists the ids.")
    return contact


def check_right(tx: Tx, why: Decision, case: Case | None) -> None:
    """Refuse whoever may not decide about this case; None: about all of them."""
    if why.by is None:
        return
    person = staff.get(tx, StaffId(why.by))
    if person is None or not person.is_active:
        raise Refused(f"There is no staff {why.by}. `kabar staff list` prints the ids.")
    is_own = case is not None and case.worker == person.id
    if not may(person.role, Right.CHANGE_PLAN, is_own=is_own, is_asked=False):
        about = "all cases" if case is None else f"{case.code}, which is not their case"
        raise Refused(
            f"Staff {why.by} is a {person.role} and cannot decide about {about}: only its social "
            "worker, a supervisor or the head can."
        )


def note(
    tx: Tx,
    case: Case,
    why: Decision,
    action: str,
    *,
    now: datetime,
    **detail: str | int | None,
) -> None:
    """Both books: the changes of the plan with the reason, the journal with ids and figures. The
    rules of a day look at the case anew."""
    days.look(tx, case.id, now)
    plan_changes.note(
        tx, case=case.id, actor=why.actor, action=action, reason=why.reason, now=now, **detail
    )
    audit.note(
        tx,
        actor=why.actor,
        via="command",
        action=f"case_{action}",
        object=cases.subject(case.id),
        now=now,
        **detail,
    )


def replan(tx: Tx, room: Room, case: Case, *, now: datetime) -> None:
    """What comes next is looked for anew, for everybody who takes part."""
    for contact in ends.active(tx, room, case, now=now):
        programmes.replan(tx, contact, now=now)


def today(room: Room, now: datetime) -> date:
    """The day at the centre, in which commands count."""
    return local(now, room.timezone).date()


def plan_view(tx: Tx, case_id: CaseId) -> View:
    """How the plan of a case stands after a change."""
    case = cases.get(tx, case_id)
    plans = standings.planned(tx, case.id)
    return {
        "case": case.code,
        "state": case.state,
        "stage": case.stage,
        "risk": case.risk,
        "left_on": _day(case.left_on),
        "paused_until": _day(case.paused_until),
        "closes_on": _day(case.closes_on),
        "extra_weeks": case.extra_weeks,
        "contacts": [
            _contact(one, *plans.get(one.id, (None, None))) for one in contacts.of_case(tx, case.id)
        ],
    }


def contact_view(tx: Tx, contact_id: str) -> View:
    """How the plan of one contact stands."""
    contact = _found(tx, contact_id)
    found = standings.planned(tx, contact.case).get(contact.id, (None, None))
    hours = contact.hours
    return {
        **_contact(contact, *found),
        "safe_from": f"{hours.start:%H:%M}",
        "safe_to": f"{hours.end:%H:%M}",
        "timezone": hours.timezone,
        "weekdays": sorted(hours.weekdays),
        "quiet": [[str(first), str(last)] for first, last in hours.quiet],
        "reads_little": contact.reads_little,
    }


def _contact(contact: Contact, at: datetime | None, slot: str | None) -> View:
    return {
        "contact_id": contact.id,
        "kind": contact.kind,
        "state": contact.state,
        "next_due_at": None if at is None else at.isoformat(),
        "next_slot": slot or ("regular" if at is not None else None),
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
