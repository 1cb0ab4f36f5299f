"""A form that a command brings: every slip is refused with what may stand there instead."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.usecases import enrol
from bot.usecases.errors import Refused
from bot.usecases.fill_form import fill_form
from bot.usecases.form_choices import choices, kind_of_contact, may_fill
from bot.usecases.forms import Start
from bot.usecases.room import Room
from flows.forms import Checkin, Item
from flows.model import CaseId, CheckinId, ContactId, Staff, StaffId, Way
from storage import contacts, locks, staff
from storage.checkins import Kept
from storage.transaction import Tx

NOT_KNOWN = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What was asked, as a command has it. `answers` are as written: a number, or `NOT_KNOWN`."""

    code: str
    form: str
    way: Way
    by: str
    at: datetime
    contact: str | None
    child_only: bool
    saw_child: bool
    answers: Mapping[str, str]
    note: str | None


def keep_sheet(tx: Tx, room: Room, sheet: Sheet, *, now: datetime) -> Kept:
    """Check all of it, then fill in the form; what is refused leaves nothing behind."""
    case = enrol.case_of(tx, sheet.code)
    version, checkin = form_named(tx, case, sheet.form)
    person = who_fills(tx, case, sheet.by, sheet.code)
    if sheet.at > now:
        raise Refused("--at is still to come: a form is about a talk that was held.")
    answers = {item: _value(checkin, item, value) for item, value in sheet.answers.items()}
    if not any(value is not None for value in answers.values()):
        raise Refused("No item was answered, so there is nothing to keep.")
    contact = _contact(tx, case, checkin, sheet)
    locks.contact(tx, contact)
    start = Start(
        id=CheckinId(f"checkin:form:{contact}:{sheet.at:%Y%m%dT%H%M}"),
        case=case,
        contact=contact,
        child_only=sheet.child_only,
        saw_child=sheet.saw_child or sheet.child_only,
        way=sheet.way,
        version=version,
        staff=person.id,
        at=sheet.at,
        via="command",
    )
    kept = fill_form(tx, room, start, answers, sheet.note, now=now)
    if kept is None:
        raise Refused("This form was filled in before: same contact, same minute.")
    return kept


def form_named(tx: Tx, case: CaseId, form: str) -> tuple[str, Checkin]:
    """(version, form) of this name, in the version that the case has."""
    forms = choices(tx, case)
    for version, one in forms.items():
        if one.id == form:
            return version, one
    known = ", ".join(one.id for one in forms.values())
    raise Refused(f"This case has no form {form!r}. Its forms: {known}.")


def who_fills(tx: Tx, case: CaseId, by: str, code: str) -> Staff:
    """The member of staff whose name stands on it, if it may."""
    person = staff.get(tx, StaffId(by))
    if person is None or not person.is_active:
        raise Refused(f"There is no staff {by}. `kabar staff list` prints the ids.")
    if not may_fill(tx, person, case):
        raise Refused(
            f"Staff {by} is a {person.role} and {code} is not their case: only its worker, a "
            "supervisor, or whom an open alert has asked may say so."
        )
    return person


def allowed(item: Item) -> str:
    """What may stand as the answer of this item."""
    listed = ", ".join(f"{one.value} ({one.label})" for one in item.choices)
    return f"{listed}, {NOT_KNOWN} (not known)"


def _value(checkin: Checkin, name: str, written: str) -> int | None:
    item = next((one for one in checkin.items if one.id == name), None)
    if item is None:
        known = ", ".join(one.id for one in checkin.items)
        raise Refused(f"{checkin.id} has no item {name!r}. Its items: {known}.")
    if written == NOT_KNOWN:
        return None
    for choice in item.choices:
        if written == str(choice.value):
            return choice.value
    raise Refused(f"{name} cannot be {written!r}. It can be {allowed(item)}.")


def _contact(tx: Tx, case: CaseId, checkin: Checkin, sheet: Sheet) -> ContactId:
    kind = kind_of_contact(checkin)
    people = [one.id for one in contacts.of_case(tx, case) if one.kind is kind]
    listed = ", ".join(people) or "none"
    if sheet.contact is not None and sheet.contact not in people:
        raise Refused(f"{sheet.form} is not for contact {sheet.contact}. It is for: {listed}.")
    if sheet.contact is not None:
        return ContactId(sheet.contact)
    if len(people) != 1:
        raise Refused(f"Say with --contact whose answers these are: {listed}.")
    return people[0]
