"""Staff, cases and contacts come in by the operator's commands; each gets a one-time link."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.usecases.errors import Refused
from bot.usecases.room import Room
from flows.definition import Wording
from flows.hours import local
from flows.model import Case, CaseId, CaseState, ContactId, ContactState, Level, Role, Slot, StaffId
from flows.rhythm import Programme
from flows.wording import normalise
from storage import (
    addresses,
    audit,
    cases,
    checkins,
    contacts,
    contents,
    days,
    invites,
    locks,
    outbox,
    programmes,
    settings,
    staff,
)
from storage.cases import NewCase
from storage.contacts import NewContact
from storage.staff import NewStaff
from storage.transaction import Tx

ID_BYTES = 8
SILENT = (Level.SILENT, Level.CUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """`token` is what follows `/start `; None at level C. `link` is None while the bot's name is
    unknown."""

    owner_id: str
    token: str | None
    link: str | None


def new_id() -> str:
    """An opaque id, for things that exist once because somebody says so."""
    return secrets.token_hex(ID_BYTES)


def add_staff(tx: Tx, *, name: str, role: Role, timezone: str, now: datetime) -> Invitation:
    """A member of staff, and the link that connects their phone."""
    person = StaffId(new_id())
    staff.add(tx, NewStaff(id=person, name=name, role=role, timezone=timezone), now=now)
    _note(tx, "staff_added", f"staff:{person}", now=now)
    return _invite(tx, "staff", person, now=now)


def add_case(tx: Tx, room: Room, case: Case, contact: NewContact, *, now: datetime) -> Invitation:
    """A case with its first contact; it keeps the programme and check-ins of this day."""
    locks.named(tx, f"code:{case.code}")
    _check_worker(tx, case.worker)
    if cases.find(tx, case.code) is not None:
        raise Refused(f"The code {case.code} is taken. Choose another --code.")
    check_stage(room, case.stage)
    check_nickname(case.nickname, contact.name, room.content.wording)
    if case.birth_date > _today(contact.hours.timezone, now):
        raise Refused(f"{case.birth_date} is still to come. Correct --birth-date.")
    check_leaving(room.content.programme, case.left_on, today=_today(room.timezone, now))
    contents.keep(tx, room.content, now=now)
    new = NewCase(
        case=case,
        programme_version=room.version_of("programme"),
        checkin_versions=checkin_versions(room),
    )
    cases.add(tx, new, now=now)
    _note(tx, "case_added", f"case:{case.id}", now=now)
    return add_contact(tx, contact, now=now)


def add_contact(tx: Tx, contact: NewContact, *, now: datetime) -> Invitation:
    """One more adult of a case. At C and D nobody gets a link: staff call."""
    _check_open(tx, contact.case)
    if contact.level is Level.OPEN and contact.interviewed_on is None:
        raise Refused(
            "Level A needs a safe-contact interview: add --safe-contact-on DATE, or use level B."
        )
    if contact.interviewed_on is not None:
        _check_held(contact.interviewed_on, contact.hours.timezone, now=now)
    contacts.add(tx, contact, now=now)
    days.look(tx, contact.case, now)
    held = _held(contact.level, contact.interviewed_on)
    _note(tx, "contact_added", f"contact:{contact.id}", now=now, **held)
    if contact.level in SILENT:
        return Invitation(owner_id=contact.id, token=None, link=None)
    return _invite(tx, "contact", contact.id, now=now)


def interview(
    tx: Tx,
    contact: ContactId,
    *,
    level: Level,
    on: date,
    duress_word: str | None,
    now: datetime,
) -> None:
    """A safe-contact interview was held. At C and D nothing more is sent from this moment on."""
    locks.contact(tx, contact)
    found = contacts.get(tx, contact)
    if found is None:
        raise Refused(f"There is no contact {contact}. `kabar case add --json` prints the ids.")
    _check_held(on, found.hours.timezone, now=now)
    contacts.interview(tx, contact, level=level, on=on, duress_word=duress_word, now=now)
    days.look(tx, found.case, now)
    if level in SILENT:
        invites.revoke(tx, "contact", contact, now=now)
        outbox.cancel(tx, owner_kind="contact", owner_id=contact)
        checkins.end_all(tx, contact, now=now)
        address = addresses.of(tx, "contact", contact)
        if address is not None and not checkins.open_in_chat(tx, address.chat_hash):
            checkins.release_queued(tx, address.chat_hash, now=now)
    _note(tx, "interviewed", f"contact:{contact}", now=now, **_held(level, on))
    held = contacts.get(tx, contact)
    if held is not None and held.state is ContactState.ACTIVE:  # the rhythm of the new level
        programmes.replan(tx, held, now=now)


def invite_staff(tx: Tx, person: str, *, now: datetime) -> Invitation:
    """A new link for a member of staff; the old one dies."""
    locks.named(tx, f"staff:{person}")
    if staff.get(tx, person) is None:
        raise Refused(f"There is no staff {person}. `kabar staff list` prints the ids.")
    return _invite(tx, "staff", person, now=now)


def invite_contact(tx: Tx, contact: str, *, now: datetime) -> Invitation:
    """A new link for a contact; the old one dies. After STOP only face to face."""
    locks.contact(tx, contact)
    found = contacts.get(tx, contact)
    if found is None:
        raise Refused(f"There is no contact {contact}. `kabar case add --json` prints the ids.")
    if found.level in SILENT:
        raise Refused(
            f"This contact is at level {found.level}: nothing is sent. After a new interview use "
            "`kabar contact interview`."
        )
    _check_open(tx, found.case)
    if found.state in (ContactState.WRONG_PERSON, ContactState.REJECTED):
        contacts.update(tx, found.id, state=ContactState.INVITED)
    return _invite(tx, "contact", contact, now=now)


def _check_open(tx: Tx, case: CaseId) -> None:
    """Nobody joins a case that is closed."""
    found = cases.get(tx, case)
    if found.state is CaseState.CLOSED:
        raise Refused(
            f"{found.code} is closed. `kabar case resume {found.code}` opens it again first."
        )


def _invite(tx: Tx, kind: str, owner: str, *, now: datetime) -> Invitation:
    token = invites.invite(tx, kind, owner, now=now)
    username = settings.read(tx, settings.BOT_USERNAME)
    link = None if username is None else f"https://t.me/{username}?start={token}"
    _note(tx, "invited", f"{kind}:{owner}", now=now)
    return Invitation(owner_id=owner, token=token, link=link)


def checkin_versions(room: Room) -> dict[Level | Slot, str]:
    """The forms of the programme in force, each in its version: by level, pulse, school."""
    content, programme = room.content, room.content.programme
    forms: dict[Level | Slot, str] = dict(programme.checkins.items())
    if programme.pulse is not None:
        forms[Slot.PULSE] = programme.pulse.checkin
    if programme.school is not None:
        forms[Slot.SCHOOL] = programme.school.checkin
    return {form: room.checkin_version(content.checkins[name]) for form, name in forms.items()}


def check_stage(room: Room, stage: str) -> None:
    """Refuse a stage that the programme does not have."""
    if room.content.programme.stage(stage) is None:
        known = ", ".join(one.id for one in room.content.programme.stages)
        raise Refused(f"There is no stage {stage!r}. The programme has: {known}.")


def check_leaving(programme: Programme, left_on: date | None, *, today: date) -> None:
    """Refuse a day so far ahead that it is too early to ask at home."""
    weeks = programme.enrol_weeks
    if left_on is None or weeks is None or left_on <= today + timedelta(weeks=weeks):
        return
    raise Refused(
        f"{left_on} is more than {weeks} weeks ahead, and families join {weeks} weeks before at "
        f"the earliest. Leave the day out, and enter it from {left_on - timedelta(weeks=weeks)} "
        "on with `kabar case left`."
    )


def _check_worker(tx: Tx, worker: StaffId) -> None:
    person = staff.get(tx, worker)
    if person is None:
        raise Refused(f"There is no staff {worker}. `kabar staff list` prints the ids.")
    if person.role is not Role.SOCIAL_WORKER:
        raise Refused(f"Staff {worker} is a {person.role}; a case needs a social_worker.")


def check_nickname(nickname: str, caregiver: str, wording: Wording) -> None:
    """A nickname from the closed list that is no name on file: phones get lost and numbers are
    recycled (safeguarding decision 2)."""
    if nickname not in wording.nicknames:
        known = ", ".join(wording.nicknames)
        raise Refused(f"{nickname!r} is not on the list of nicknames. Choose one of: {known}.")
    if normalise(nickname) in normalise(caregiver).split():
        raise Refused(f"{nickname!r} is part of a name on file. Choose another --nickname.")


def _check_held(on: date, timezone: str, *, now: datetime) -> None:
    """Level A lasts 90 days from the interview: a slip in the year must not make it last years."""
    if on > _today(timezone, now):
        raise Refused(f"{on} is still to come: an interview counts from the day it was held.")


def _today(timezone: str, now: datetime) -> date:
    return local(now, timezone).date()


def _note(tx: Tx, action: str, object: str, *, now: datetime, **detail: str | int | None) -> None:
    audit.note(tx, actor="operator", via="command", action=action, object=object, now=now, **detail)


def _held(level: Level, on: date | None) -> dict[str, str | int | None]:
    """What the phone may show from here on: whoever looks back has to know it."""
    return {"level": level, "on": None if on is None else on.isoformat()}


def case_of(tx: Tx, code: str) -> CaseId:
    """The case with this code."""
    found = cases.find(tx, code)
    if found is None:
        raise Refused(f"There is no case {code}.")
    return found
