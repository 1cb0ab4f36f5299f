"""Family and staff spoke, or the child was seen, without any form about it."""

from dataclasses import dataclass
from datetime import datetime

from bot.usecases.errors import Refused
from flows.model import CaseId, ContactId, ContactKind, Encounter, StaffId, Way
from storage import audit, contacts, encounters
from storage.alerts import Alert
from storage.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a member of staff says about a call, a visit or a talk at the centre."""

    case: CaseId
    contact: ContactId | None
    staff: StaffId
    way: Way
    spoke: bool
    saw_child: bool
    at: datetime


def note_encounter(tx: Tx, seen: Seen, *, now: datetime) -> str:
    """Keep it, once a moment; silence is counted from it where the family was spoken with. A talk
    with the school is kept, but is none with the family."""
    if not seen.spoke and not seen.saw_child:
        raise Refused("Nobody was spoken with or seen, so there is nothing to note.")
    contact = _who(tx, seen) if seen.spoke else None
    row = f"encounter:{seen.case}:{seen.way}:{seen.at:%Y%m%dT%H%M%S}"
    met = Encounter(
        case=seen.case,
        contact=contact,
        staff=seen.staff,
        checkin=None,
        way=seen.way,
        spoke=contact is not None and contacts.is_family(tx, contact),
        saw_child=seen.saw_child,
        at=seen.at,
    )
    if not encounters.note(tx, row, met):
        raise Refused("This was noted before: same case, way and moment.")
    if contact is not None:
        found = contacts.get(tx, contact)
        last = None if found is None else found.last_spoken_at
        contacts.update(tx, contact, last_spoken_at=max(seen.at, last or seen.at))
    audit.note(
        tx, actor=f"staff:{seen.staff}", via="command", action="encounter_noted", object=row,
        now=now, way=seen.way, spoke=int(met.spoke), saw_child=int(seen.saw_child),
    )  # fmt: skip
    return row


def note_call(tx: Tx, alert: Alert, staff: StaffId, *, cause: str, now: datetime) -> None:
    """The outcome of an alert says that somebody was reached: the family, or the school."""
    if alert.case is None or alert.contact is None:
        return
    met = Encounter(
        case=alert.case,
        contact=alert.contact,
        staff=staff,
        checkin=None,
        way=Way.CALL,
        spoke=contacts.is_family(tx, alert.contact),
        saw_child=False,
        at=now,
    )
    encounters.note(tx, f"encounter:{cause}", met)


def _who(tx: Tx, seen: Seen) -> ContactId:
    """Whose silence ends: the one who was named, or the only caregiver there is."""
    people = [
        one.id
        for one in contacts.of_case(tx, seen.case)
        if one.kind is ContactKind.CAREGIVER or one.id == seen.contact
    ]
    if seen.contact is not None and seen.contact not in people:
        raise Refused(f"{seen.contact} is no contact of this case. Its contacts: {_list(people)}.")
    if seen.contact is None and len(people) != 1:
        raise Refused(f"Say with --contact who was spoken with. Contacts: {_list(people)}.")
    return seen.contact or people[0]


def _list(people: list[ContactId]) -> str:
    return ", ".join(people) or "none"
