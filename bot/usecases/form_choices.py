"""Who may fill in which forms of a case."""

from bot.usecases.room import kept_checkin
from flows.forms import Checkin
from flows.model import CaseId, ContactKind, Staff
from flows.permissions import Right, may
from storage import cases, chains, contacts
from storage.transaction import Tx

KIND, SCHOOL = "check-in", "school"


def may_fill(tx: Tx, person: Staff, case: CaseId) -> bool:
    """Is this their case, or has the chain asked them about it, or may they anywhere?"""
    is_own = cases.get(tx, case).worker == person.id
    is_asked = chains.is_asked_about(tx, case, person.id)
    return may(person.role, Right.FILL_FORM, is_own=is_own, is_asked=is_asked)


def choices(tx: Tx, case: CaseId) -> dict[str, Checkin]:
    """The forms of this case in its own versions: what families are asked, and, where it has a
    contact at school, the form for that one."""
    kinds = {contact.kind for contact in contacts.of_case(tx, case)}
    wanted = (KIND, SCHOOL) if ContactKind.SCHOOL in kinds else (KIND,)
    found = {version: kept_checkin(tx, version) for version in cases.checkin_versions(tx, case)}
    return {version: one for version, one in found.items() if one.kind in wanted}


def kind_of_contact(checkin: Checkin) -> ContactKind:
    """Whom the questions of this form are for."""
    return ContactKind.SCHOOL if checkin.kind == SCHOOL else ContactKind.CAREGIVER
