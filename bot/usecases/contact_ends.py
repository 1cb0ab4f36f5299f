"""One contact of a case: reads little, is a school's, or takes no part any more."""

from dataclasses import replace
from datetime import date, datetime

from bot.usecases import ends, enrol
from bot.usecases.casework import Decision, contact_taken_up, note, today
from bot.usecases.enrol import Invitation
from bot.usecases.errors import Refused
from bot.usecases.room import Room
from flows.model import Contact, ContactKind, ContactState, Level, Slot
from storage import cases, contacts, locks
from storage.contacts import NewContact
from storage.transaction import Tx

TAKE_PART = (ContactState.ACTIVE, *ends.ENROLLING)


def set_simple(
    tx: Tx, contact_id: str, why: Decision, *, reads_little: bool, now: datetime
) -> Contact:
    """Short words and big buttons, from the next message on; or the usual ones."""
    contact, case = contact_taken_up(tx, contact_id, why)
    if contact.reads_little is reads_little:
        raise Refused(f"That is {'on' if reads_little else 'off'} already.")
    contacts.update(tx, contact.id, reads_little=reads_little)
    note(tx, case, why, "simple_set", now=now, contact=contact.id, on=int(reads_little))
    return contact


def end_contact(
    tx: Tx, room: Room, contact_id: str, why: Decision, *, is_silent: bool, now: datetime
) -> Contact:
    """The goodbye of one person; the case goes on with the others."""
    contact, case = contact_taken_up(tx, contact_id, why)
    if contact.state is ContactState.ACTIVE:
        ends.end(tx, room, contact, now=now)
        if not is_silent:
            ends.part(tx, room, contact, now=now)
    elif contact.state in ends.ENROLLING:
        ends.withdraw(tx, room, contact, now=now)
    else:
        raise Refused(f"This contact takes no part any more: {contact.state}.")
    note(tx, case, why, "contact_ended", now=now, contact=contact.id, silent=int(is_silent))
    return contact


def add_school(
    tx: Tx, room: Room, new: NewContact, *, ends_on: date | None, now: datetime
) -> Invitation:
    """One adult of a school, chosen in person: a code of its own, level B, up to the end of the
    school year."""
    locks.case(tx, new.case)
    locks.named(tx, f"school:{new.code}")
    _check_code(tx, new.code)
    if new.level is not Level.DISCREET:
        raise Refused("A school contact is at level B: leave --level out.")
    if cases.checkin_version(tx, new.case, Slot.SCHOOL) is None:
        raise Refused(
            "The programme of this case has no form for a school. Write one into programme.yaml, "
            "then `kabar case move`."
        )
    others = [one for one in contacts.of_case(tx, new.case) if one.kind is ContactKind.SCHOOL]
    if any(one.state in TAKE_PART for one in others):
        raise Refused("This case has a school contact. End it first: `kabar contact end`.")
    until = _ends_on(room, ends_on, now=now)
    return enrol.add_contact(tx, replace(new, kind=ContactKind.SCHOOL, ends_on=until), now=now)


def _check_code(tx: Tx, code: str | None) -> None:
    """It is all that the school knows the pupil by, and it must lead nobody to the case."""
    if code is None:
        raise Refused("A school knows the pupil by a code alone: add --code, such as S-07.")
    if contacts.has_code(tx, code) or cases.find(tx, code) is not None:
        raise Refused(f"The code {code} is taken. Choose another --code.")


def _ends_on(room: Room, ends_on: date | None, *, now: datetime) -> date:
    """With the school year at the latest."""
    here = today(room, now)
    year = room.content.calendar.school_year_end(here)
    if ends_on is None:
        return year
    if not here < ends_on <= year:
        raise Refused(f"--ends-on must be ahead, and {year} at the latest: the school year's end.")
    return ends_on
